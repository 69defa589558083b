import {
  CbcrError,
  finalRunStates,
  type InstanceId,
  isFinalRunState,
  type RecoveryPointId,
  type RegionId,
  type RunId,
  type RunState,
} from '@cbcr/domain';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { createBatches } from '../batches.ts';
import { createAnnouncer, notify } from '../channels.ts';
import type { QueryContext } from '../query-context.ts';
import { outbox, runs } from '../schema/runs.ts';
import { abandonCaptures } from './abandon-captures.ts';
import { insertAuditEvent } from './audit.ts';
import { type CreatedRun, findExistingRun, type IdentifiedRun, insertRuns, insertTogether, type NewRun } from './insert-runs.ts';
import { type RunRecord, requireRun, toRun } from './run-record.ts';

export interface RunFilter {
  instance?: InstanceId | undefined;
  point?: RecoveryPointId | undefined;
  kind?: string | undefined;
  region?: RegionId | undefined;
  requestedBy?: string | undefined;
  states?: readonly RunState[] | undefined;
  /** Default 50. */
  limit?: number | undefined;
  /** Id of the last run already seen; older runs follow. */
  cursor?: RunId | undefined;
}

export interface RunQueries {
  /** The run and its wake-up call, in one transaction. */
  create(run: NewRun): Promise<CreatedRun>;
  /** Throws `run.not-found`. */
  get(id: RunId): Promise<RunRecord>;
  /** The run that was made with this idempotency key, ended or not. */
  findByKey(idempotencyKey: string): Promise<RunRecord | null>;
  /** Newest first. */
  list(filter?: RunFilter): Promise<RunRecord[]>;
  /**
   * Ends a queued or waiting run as cancelled; asks the worker of a running one to stop (its end shows when it has). Repeating it is
   * harmless. Throws `run.finished`, `run.not-found`.
   */
  requestCancel(id: RunId, by: string): Promise<RunRecord>;
  /**
   * Active runs that nobody seems to look after: queued or waiting ones whose wake-up call is due and went out more than `staleMs`
   * ago, and running ones without a heartbeat for as long. Those with a wake-up call still in the outbox are left to the relay.
   */
  lostCandidates(now: Date, staleMs: number, limit?: number): Promise<RunRecord[]>;
  /**
   * Ends running runs that somebody cancelled and that no worker has reported on for `silentMs`: their workers are gone, perhaps with
   * their region, and nobody else would end them. Returns their ids.
   */
  endAbandonedCancels(silentMs: number): Promise<RunId[]>;
  /** A wake-up call for each of these went to Redis now. */
  markEnqueued(ids: readonly RunId[]): Promise<void>;
}

const activeStates: readonly RunState[] = ['queued', 'running', 'waiting'];

export function createRunQueries({ clock, ids, attempt, transact }: QueryContext): RunQueries {
  const announce = createAnnouncer(attempt);
  const create = createBatches<IdentifiedRun, CreatedRun>({
    keyOf: (run) => run.id,
    async together(wanted) {
      const inserted = await attempt((db) => insertTogether(db, clock.now(), wanted));
      const [first] = inserted;
      if (first !== undefined) announce('outbox', first.id);
      return new Map(inserted.map((run) => [run.id, { run, created: true }]));
    },
    alone: findOrInsert,
  });

  /** For a run whose id or key is taken. */
  async function findOrInsert(run: IdentifiedRun): Promise<CreatedRun> {
    const now = clock.now();
    const tryOnce = () =>
      transact(async (tx): Promise<CreatedRun | null> => {
        await insertRuns(tx, now, [run]);
        const existing = await findExistingRun(tx, run);
        return existing && { run: existing, created: existing.id === run.id };
      });
    // The run that stood in the way may have ended between the two statements: then the way is free.
    for (let round = 0; round < 5; round++) {
      const found = await tryOnce();
      if (found !== null) return found;
    }
    throw new CbcrError('catalog.unreachable', { cause: `runs with the key ${run.dedupeKey ?? run.id} come and go` });
  }

  return {
    create: (wanted) => create({ ...wanted, id: ids.runId() }),
    get: (id) => attempt((db) => requireRun(db, id)),
    findByKey: (idempotencyKey) =>
      attempt(async (db) => {
        const [row] = await db.select().from(runs).where(eq(runs.idempotencyKey, idempotencyKey));
        return row === undefined ? null : toRun(row);
      }),
    list: ({ instance, point, kind, region, requestedBy, states, limit = 50, cursor } = {}) =>
      attempt(async (db) => {
        const rows = await db
          .select()
          .from(runs)
          .where(
            and(
              instance === undefined ? undefined : eq(runs.instanceId, instance),
              point === undefined ? undefined : eq(runs.pointId, point),
              kind === undefined ? undefined : eq(runs.kind, kind),
              region === undefined ? undefined : eq(runs.regionId, region),
              requestedBy === undefined ? undefined : eq(runs.requestedBy, requestedBy),
              states === undefined ? undefined : inArray(runs.state, [...states]),
              cursor === undefined ? undefined : lt(runs.id, cursor),
            ),
          )
          .orderBy(desc(runs.id))
          .limit(limit);
        return rows.map(toRun);
      }),
    async requestCancel(id, by) {
      const now = clock.now();
      return transact(async (tx) => {
        const run = await requireRun(tx, id, { lock: true });
        if (run.state === 'cancelled') return run;
        if (isFinalRunState(run.state)) throw new CbcrError('run.finished', { run: id, state: run.state });
        if (run.cancelRequested) return run;
        await insertAuditEvent(tx, now, { actor: by, action: 'run.cancel-requested', subject: id });
        if (run.state === 'running') {
          await tx.update(runs).set({ cancelRequested: true }).where(eq(runs.id, id));
          await notify(tx, 'cancel', id);
        } else {
          const error = new CbcrError('run.cancelled', { by }).toReport();
          await abandonCaptures(tx, now, { run: id, writer: null, reason: { rule: 'run-cancelled', text: error.message } });
          await tx.delete(outbox).where(eq(outbox.runId, id));
          await tx
            .update(runs)
            .set({ cancelRequested: true, state: 'cancelled', stateSince: now, finishedAt: now, error })
            .where(eq(runs.id, id));
        }
        return requireRun(tx, id);
      });
    },
    lostCandidates: (now, staleMs, limit = 500) =>
      attempt(async (db) => {
        const stale = new Date(now.getTime() - staleMs).toISOString();
        const lastSign = sql`greatest(${runs.stateSince}, ${runs.enqueuedAt}, ${runs.heartbeatAt}, ${runs.notBefore})`;
        const rows = await db
          .select()
          .from(runs)
          .where(
            and(
              inArray(runs.state, [...activeStates]),
              lt(runs.stateSince, sql`${stale}`),
              sql`${lastSign} < ${stale}`,
              sql`not exists (select from ${outbox} where ${outbox.runId} = ${runs.id})`,
            ),
          )
          .orderBy(runs.stateSince)
          .limit(limit);
        return rows.map(toRun);
      }),
    async endAbandonedCancels(silentMs) {
      const now = clock.now();
      const silentSince = new Date(now.getTime() - silentMs);
      return transact(async (tx) => {
        const abandoned = await tx
          .select({ id: runs.id, epoch: runs.epoch })
          .from(runs)
          .where(and(eq(runs.state, 'running'), eq(runs.cancelRequested, true), lt(runs.heartbeatAt, silentSince)))
          .for('no key update', { skipLocked: true });
        for (const { id, epoch } of abandoned) {
          const error = new CbcrError('run.cancelled', { by: 'the control plane, because its worker is gone' }).toReport();
          const writer = { run: id, epoch };
          await abandonCaptures(tx, now, { run: id, writer, reason: { rule: 'run-cancelled', text: error.message } });
          const ended = { state: 'cancelled' as const, stateSince: now, finishedAt: now, error, writerEpoch: epoch };
          await tx.update(runs).set(ended).where(eq(runs.id, id));
        }
        return abandoned.map((run) => run.id);
      });
    },
    async markEnqueued(relayed) {
      if (relayed.length === 0) return;
      const now = clock.now();
      await attempt((db) =>
        db
          .update(runs)
          .set({ enqueuedAt: now })
          .where(and(inArray(runs.id, [...relayed]), sql`${runs.state} <> all(${`{${finalRunStates.join(',')}}`}::text[])`)),
      );
    },
  };
}
