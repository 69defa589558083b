import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** Every rulebook that was ever applied; the one with the highest version is in force. Rows are only added. */
export const policyVersions = pgTable('policy_versions', {
  version: integer().primaryKey(),
  /** A rulebook of `@cbcr/domain` as JSON. Secrets only as references. */
  document: jsonb().$type<unknown>().notNull(),
  /** SHA-256 of the canonical JSON of `document`. */
  hash: text().notNull(),
  author: text().notNull(),
  reason: text(),
  /** Whether it was applied although it leaves an instance without a legal copy. */
  forced: boolean().notNull(),
  /** The version whose document was applied again. */
  rollbackOf: integer('rollback_of'),
  appliedAt: moment('applied_at').notNull(),
});
