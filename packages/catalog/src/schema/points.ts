import type {
  CopyRole,
  CopyState,
  InstanceId,
  LockMode,
  Placement,
  PointState,
  Reason,
  RecoveryPointId,
  RegionId,
  RunId,
} from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instances, regions } from './instances.ts';
import { moment } from './moment.ts';
import { runs } from './runs.ts';

/** Who writes: a run with its epoch, or the control plane, which says so with null. A trigger compares both with the run. */
const writer = () => ({
  writerRun: text('writer_run').$type<RunId>(),
  writerEpoch: integer('writer_epoch'),
});

export const recoveryPoints = pgTable(
  'recovery_points',
  {
    id: text().$type<RecoveryPointId>().primaryKey(),
    instanceId: text('instance_id')
      .$type<InstanceId>()
      .notNull()
      .references(() => instances.id),
    /** The run that captured the point, and the epoch in which it did. */
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    runEpoch: integer('run_epoch').notNull(),
    state: text().$type<PointState>().notNull(),
    engine: text().notNull(),
    capturedAt: moment('captured_at').notNull(),
    completedAt: moment('completed_at'),
    plaintextBytes: bigint('plaintext_bytes', { mode: 'number' }).notNull().default(0),
    storedBytes: bigint('stored_bytes', { mode: 'number' }).notNull().default(0),
    policyHash: text('policy_hash').notNull(),
    manifestSha256: text('manifest_sha256'),
    /** As in the manifest; empty: not encrypted. Null before the point is complete, and where an older version completed it. */
    keyIds: text('key_ids').array(),
    placement: jsonb().$type<Placement>().notNull(),
    synchronousMinimum: integer('synchronous_minimum').notNull(),
    ...writer(),
  },
  (table) => [
    index('points_of_instance').on(table.instanceId, table.capturedAt, table.id),
    index('points_of_run').on(table.runId),
    check('points_complete_has_manifest', sql`${table.state} <> 'complete' or ${table.manifestSha256} is not null`),
  ],
);

export const copies = pgTable(
  'copies',
  {
    pointId: text('point_id')
      .$type<RecoveryPointId>()
      .notNull()
      .references(() => recoveryPoints.id),
    regionId: text('region_id')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    role: text().$type<CopyRole>().notNull(),
    state: text().$type<CopyState>().notNull(),
    reason: jsonb().$type<Reason>().notNull(),
    since: moment('since').notNull(),
    storedBytes: bigint('stored_bytes', { mode: 'number' }).notNull().default(0),
    verifiedAt: moment('verified_at'),
    attempts: integer().notNull().default(0),
    nextAttemptAt: moment('next_attempt_at'),
    /** When the rules let it go if nothing else happens, as it was judged last; null when no such moment is known. */
    expiresAt: moment('expires_at'),
    /** Whether the point is complete, so that the copy must exist; a trigger keeps it. */
    demanded: boolean().notNull().default(false),
    /** The first moment at which the store lets every object of the copy go, as it was told; null: it locks none. */
    lockedUntil: moment('locked_until'),
    lockMode: text('lock_mode').$type<LockMode>(),
    ...writer(),
  },
  (table) => [
    primaryKey({ name: 'copies_pkey', columns: [table.pointId, table.regionId] }),
    // Tens of millions of copies are verified; the reconciler reads only those that are not, those due longest first. A failed
    // capture leaves copies that nobody wants: they are not demanded.
    index('copies_owed')
      .on(sql`coalesce(${table.nextAttemptAt}, ${table.since})`, table.pointId, table.regionId)
      .where(sql`${table.demanded} and ${table.state} in ('planned', 'copying', 'stored', 'failed', 'blocked')`),
    index('copies_due')
      .on(table.expiresAt, table.pointId, table.regionId)
      .where(sql`${table.expiresAt} is not null and ${table.state} in ('stored', 'verified')`),
    check('copies_verified_has_moment', sql`${table.state} <> 'verified' or ${table.verifiedAt} is not null`),
  ],
);
