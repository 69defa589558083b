import type { ErrorReport, InstanceId, Priority, RecoveryPointId, RegionId, RunId, RunProgress, RunState } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instances, regions } from './instances.ts';
import { moment } from './moment.ts';

export const runs = pgTable(
  'runs',
  {
    id: text().$type<RunId>().primaryKey(),
    kind: text().notNull(),
    regionId: text('region_id')
      .$type<RegionId>()
      .notNull()
      .references(() => regions.id),
    /** Null for kinds that are about a region. */
    instanceId: text('instance_id')
      .$type<InstanceId>()
      .references(() => instances.id),
    /** No foreign key: a run may name a point that only a bucket knows. */
    pointId: text('point_id').$type<RecoveryPointId>(),
    state: text().$type<RunState>().notNull(),
    /** When the run entered its state. */
    stateSince: moment('state_since').notNull(),
    epoch: integer().notNull().default(0),
    /** The epoch in whose name this write is made. A trigger compares it with `epoch` and empties it again. */
    writerEpoch: integer('writer_epoch'),
    attempts: integer().notNull().default(0),
    params: jsonb().$type<unknown>(),
    result: jsonb().$type<unknown>(),
    error: jsonb().$type<ErrorReport>(),
    progress: jsonb().$type<RunProgress>(),
    /** What a later start of the run wants to know; only its kind understands it. */
    checkpoint: jsonb().$type<unknown>(),
    /** Of the policy when the run was made. */
    priority: text().$type<Priority>(),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    requestedBy: text('requested_by').notNull(),
    /** The same key always means the same run. */
    idempotencyKey: text('idempotency_key').unique('runs_idempotency_key'),
    /** At most one run that has not ended carries the key. */
    dedupeKey: text('dedupe_key'),
    createdAt: moment('created_at').notNull(),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    notBefore: moment('not_before'),
    heartbeatAt: moment('heartbeat_at'),
    /** Id of the worker that opened the run last. */
    worker: text(),
    /** When a wake-up call for the run was last taken to Redis. */
    enqueuedAt: moment('enqueued_at'),
  },
  (table) => {
    const active = sql`${table.state} in ('queued', 'running', 'waiting')`;
    return [
      uniqueIndex('runs_active_dedupe_key').on(table.dedupeKey).where(active),
      index('runs_of_instance').on(table.instanceId, table.id),
      index('runs_active_of_point').on(table.pointId).where(active),
      index('runs_active').on(table.state, table.stateSince).where(active),
    ];
  },
);

/** Wake-up calls that have not reached Redis yet; a relayed one is deleted. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    runId: text('run_id')
      .$type<RunId>()
      .notNull()
      .references(() => runs.id),
    kind: text().notNull(),
    regionId: text('region_id').$type<RegionId>().notNull(),
    createdAt: moment('created_at').notNull(),
    notBefore: moment('not_before'),
    priority: text().$type<Priority>(),
    /** A relay works on the row until then; afterwards another may take it. */
    claimedUntil: moment('claimed_until'),
  },
  (table) => [index('outbox_claim').on(sql`${table.claimedUntil} nulls first`, table.id), index('outbox_of_run').on(table.runId)],
);
