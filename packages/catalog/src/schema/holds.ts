import type { HoldEffectState, HoldSelector, InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instances } from './instances.ts';
import { moment } from './moment.ts';
import { copies } from './points.ts';

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
    /** Of a release: what the hold covered is protected so long after it. */
    graceMs: bigint('grace_ms', { mode: 'number' }),
  },
  (table) => [
    index('releases_of_hold').on(table.hold, table.id),
    uniqueIndex('hold_releases_once').on(table.hold).where(sql`${table.step} = 'released'`),
    check('hold_releases_two_people', sql`${table.approvedBy} is null or lower(${table.approvedBy}) <> lower(${table.by})`),
  ],
);

/** How far the stores are with the holds: what was done to every version of a covered copy. Coverage itself is computed, never listed. */
export const holdEffects = pgTable(
  'hold_effects',
  {
    hold: bigint({ mode: 'number' })
      .notNull()
      .references(() => holds.number),
    pointId: text('point_id').$type<RecoveryPointId>().notNull(),
    regionId: text('region_id').$type<RegionId>().notNull(),
    /** `set` and `cleared`: the store's own legal hold, on every version; `unsupported`: the store has none. */
    state: text().$type<HoldEffectState>().notNull(),
    /** For people: how many versions, or why not. */
    detail: text().notNull(),
    at: moment('at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'hold_effects_pkey', columns: [table.pointId, table.regionId, table.hold] }),
    foreignKey({ name: 'hold_effects_copy', columns: [table.pointId, table.regionId], foreignColumns: [copies.pointId, copies.regionId] }),
  ],
);

/** Instances whose holds and locks have to be compared with what the stores were told. */
export const protectionDue = pgTable(
  'protection_due',
  {
    instanceId: text('instance_id')
      .$type<InstanceId>()
      .primaryKey()
      .references(() => instances.id),
    dueAt: moment('due_at').notNull(),
    /** Grows whenever somebody asks for a look, so that a look that began earlier does not take the request away. */
    revision: bigint({ mode: 'number' }).notNull().default(1),
  },
  (table) => [index('protection_due_at').on(table.dueAt)],
);

/** Copies whose governance lock somebody lifted, which is an exception. Rows are only added: triggers refuse every change. */
export const lockExceptions = pgTable(
  'lock_exceptions',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    pointId: text('point_id').$type<RecoveryPointId>().notNull(),
    regionId: text('region_id').$type<RegionId>().notNull(),
    by: text().notNull(),
    reason: text().notNull(),
    at: moment('at').notNull(),
  },
  (table) => [
    uniqueIndex('lock_exceptions_once').on(table.pointId, table.regionId),
    foreignKey({
      name: 'lock_exceptions_copy',
      columns: [table.pointId, table.regionId],
      foreignColumns: [copies.pointId, copies.regionId],
    }),
  ],
);
