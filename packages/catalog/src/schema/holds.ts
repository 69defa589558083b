import type { HoldSelector } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** Legal holds as they were placed. Rows are only added: triggers refuse every change. */
export const holds = pgTable('holds', {
  /** `H-12` without its `H-`. */
  number: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  reason: text().notNull(),
  matter: text(),
  /** A selector of `@cbcr/domain` as JSON. */
  selector: jsonb().$type<HoldSelector>().notNull(),
  placedBy: text('placed_by').notNull(),
  placedAt: moment('placed_at').notNull(),
});

/** What was done about the release of holds. Rows are only added: triggers refuse every change. */
export const holdReleases = pgTable(
  'hold_releases',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    hold: bigint({ mode: 'number' })
      .notNull()
      .references(() => holds.number),
    step: text().$type<'requested' | 'released'>().notNull(),
    by: text().notNull(),
    at: moment('at').notNull(),
    reason: text().notNull(),
    /** Of a release that two people made: the second one. */
    approvedBy: text('approved_by'),
  },
  (table) => [
    index('releases_of_hold').on(table.hold, table.id),
    uniqueIndex('hold_releases_once').on(table.hold).where(sql`${table.step} = 'released'`),
    check('hold_releases_two_people', sql`${table.approvedBy} is null or ${table.approvedBy} <> ${table.by}`),
  ],
);
