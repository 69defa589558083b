import { bigint, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** Bandwidth limits: what cbcr.yaml says, and what was set at run time, which holds until it is reset. Rows stay, so that revisions only grow. */
export const bandwidthLimits = pgTable('bandwidth_limits', {
  name: text().primaryKey(),
  configured: jsonb().$type<unknown>(),
  override: jsonb().$type<unknown>(),
  /** Of the last change: above that of every earlier change of any limit. */
  revision: bigint({ mode: 'number' }).notNull(),
  updatedAt: moment('updated_at').notNull(),
});
