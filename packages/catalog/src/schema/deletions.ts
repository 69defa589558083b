import type { CopyState, DeletionPurpose, InstanceId, Reason, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { regions } from './instances.ts';
import { moment } from './moment.ts';

/** What was decided to go, and the evidence that it went. Rows stay. */
export const deletions = pgTable(
  'deletions',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    instanceId: text('instance_id').$type<InstanceId>().notNull(),
    /** No foreign key: what an attempt left behind may be of a point that has no copy here. */
    pointId: text('point_id').$type<RecoveryPointId>().notNull(),
    regionId: text('region_id')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    purpose: text().$type<DeletionPurpose>().notNull(),
    /** A person asked for the whole point to go. */
    wholePoint: boolean('whole_point').notNull(),
    requestedBy: text('requested_by').notNull(),
    /** What a person said; null for what rules decided. */
    requestReason: text('request_reason'),
    /** All answers of the deletion gate: when it was planned, and then when it was done. */
    reasons: jsonb().$type<Reason[]>().notNull(),
    plannedAt: moment('planned_at').notNull(),
    /** The state of the copy that was marked, to which it goes back if it is kept after all; null for garbage, and where an older version marked it. */
    markedIn: text('marked_in').$type<CopyState>(),
    /** The run that works on it, and the epoch in which it began or went on. */
    runId: text('run_id').$type<RunId>(),
    runEpoch: integer('run_epoch'),
    /** More than one start of runs worked on it: an earlier one may be asleep, and wake when it is over. */
    contested: boolean().notNull().default(false),
    /** From here on bytes may be gone: nothing makes the copy whole again. */
    begunAt: moment('begun_at'),
    manifestGoneAt: moment('manifest_gone_at'),
    versionsDeleted: integer('versions_deleted').notNull().default(0),
    bytesDeleted: bigint('bytes_deleted', { mode: 'number' }).notNull().default(0),
    /** When a listing showed that nothing is left. */
    confirmedAbsentAt: moment('confirmed_absent_at'),
    /** When it was decided that the copy, or what is left of an attempt, stays after all. */
    undoneAt: moment('undone_at'),
  },
  (table) => {
    const open = sql`${table.confirmedAbsentAt} is null and ${table.undoneAt} is null`;
    return [
      uniqueIndex('deletions_open').on(table.pointId, table.regionId).where(open),
      index('deletions_of_region').on(table.regionId, table.plannedAt).where(open),
      index('deletions_contested').on(table.pointId, table.regionId).where(sql`${table.contested}`),
      // What is left of an attempt that died can be left; what a copy was cannot be half.
      check('deletions_begun_is_not_undone', sql`${table.begunAt} is null or ${table.undoneAt} is null or ${table.purpose} = 'garbage'`),
      check('deletions_absent_was_begun', sql`${table.confirmedAbsentAt} is null or ${table.begunAt} is not null`),
    ];
  },
);

/** One row: what the scheduler saw of the time, so that a jump is noticed, also by the next one. */
export const clockWatch = pgTable('clock_watch', {
  only: boolean().primaryKey().default(true),
  lastSeenAt: moment('last_seen_at').notNull(),
  doubt: jsonb().$type<Reason>(),
});

/** A person says that so many deletions at once are meant. */
export const deletionConfirmations = pgTable(
  'deletion_confirmations',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** `instance:NAME` or `region:NAME`. */
    scope: text().notNull(),
    confirmedBy: text('confirmed_by').notNull(),
    reason: text().notNull(),
    confirmedAt: moment('confirmed_at').notNull(),
    until: moment('until').notNull(),
  },
  (table) => [index('confirmations_of_scope').on(table.scope, table.until)],
);
