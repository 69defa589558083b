import type { InstanceId, Priority, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import { and, desc, eq, getTableColumns, inArray, or, sql } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor } from '../query-context.ts';
import { outbox, runs } from '../schema/runs.ts';
import { type RunRecord, toRun } from './run-record.ts';

export interface NewRun {
  /** The name of a job kind. */
  kind: string;
  /** The region whose workers do it. */
  region: RegionId;
  /** Absent for kinds that are about a region. */
  instance?: InstanceId | undefined;
  point?: RecoveryPointId | undefined;
  /** As the kind's contract says; never a secret. */
  params: unknown;
  requestedBy: string;
  /** The same key always gives the same run, also after it has ended. */
  idempotencyKey?: string | undefined;
  /** While a run with this key has not ended, it is given back instead of a second one. */
  dedupeKey?: string | undefined;
  notBefore?: Date | undefined;
  /** Of the policy of the instance. */
  priority?: Priority | undefined;
}
export interface CreatedRun {
  run: RunRecord;
  /** False when the run was there already. */
  created: boolean;
}
export type IdentifiedRun = NewRun & { id: RunId };

/**
 * Inserts runs with their wake-up calls; those whose id or key is taken are left out. The caller's transaction makes both durable
 * together. Returns the ids that were inserted.
 */
export async function insertRuns(tx: Executor, now: Date, wanted: readonly IdentifiedRun[]): Promise<Set<RunId>> {
  if (wanted.length === 0) return new Set();
  const rows = wanted.map((run) => rowOf(run, now));
  const inserted = await tx.insert(runs).values(rows).onConflictDoNothing().returning();
  const [first] = inserted;
  if (first === undefined) return new Set();
  await tx
    .insert(outbox)
    .values(
      inserted.map(({ id, kind, regionId, notBefore, priority }) => ({ runId: id, kind, regionId, createdAt: now, notBefore, priority })),
    );
  // One call wakes the relay, which reads the whole outbox.
  await notify(tx, 'outbox', first.id);
  return new Set(inserted.map((row) => row.id));
}

/**
 * Runs with their wake-up calls, in one statement, which is a transaction of its own; those whose id or key is taken are left out. Nobody is told
 * of the calls: whoever notifies in its own transaction holds a lock of the whole server until that is flushed to the disk, so that all
 * producers wait for each other (180 runs a second instead of as many as they can make).
 */
export async function insertTogether(db: Executor, now: Date, wanted: readonly IdentifiedRun[]): Promise<RunRecord[]> {
  // In one order everywhere: two batches with the same keys do not wait for each other in a circle.
  const ordered = wanted.toSorted((a, b) => compare(a.idempotencyKey, b.idempotencyKey) || compare(a.dedupeKey, b.dedupeKey));
  const columns = Object.values(getTableColumns(runs));
  const rows = JSON.stringify(ordered.map((run) => storedRowOf(rowOf(run, now))));
  const names = sql.join(
    columns.map((column) => sql.identifier(column.name)),
    sql`, `,
  );
  const selected = sql`select ${names} from json_populate_recordset(null::${runs}, ${rows}::json)`;
  const inserted = db.$with('inserted').as(db.insert(runs).select(selected).onConflictDoNothing().returning());
  const called = db
    .$with('called', { id: outbox.id })
    .as(sql`insert into ${outbox} (run_id, kind, region_id, created_at, not_before, priority)
    select id, kind, region_id, created_at, not_before, priority from inserted returning id`);
  const made = await db.with(inserted, called).select().from(inserted);
  return made.map(toRun);
}

const compare = (a = '', b = '') => (a < b ? -1 : a > b ? 1 : 0);

/** By the names of the columns. */
function storedRowOf(row: ReturnType<typeof rowOf>): Record<string, unknown> {
  const complete = { epoch: 0, attempts: 0, cancelRequested: false, ...row };
  const columns: Record<string, { name: string }> = getTableColumns(runs);
  return Object.fromEntries(Object.entries(complete).map(([field, value]) => [columns[field]?.name ?? field, value]));
}

const rowOf = (run: IdentifiedRun, now: Date) => ({
  id: run.id,
  kind: run.kind,
  regionId: run.region,
  instanceId: run.instance ?? null,
  pointId: run.point ?? null,
  state: 'queued' as const,
  stateSince: now,
  params: run.params,
  requestedBy: run.requestedBy,
  idempotencyKey: run.idempotencyKey ?? null,
  dedupeKey: run.dedupeKey ?? null,
  createdAt: now,
  notBefore: run.notBefore ?? null,
  priority: run.priority ?? null,
});

/** The run that stands in the way of `wanted`: its own earlier insert, the same idempotency key, or an active run with the dedupe key. */
export async function findExistingRun(tx: Executor, wanted: IdentifiedRun): Promise<RunRecord | null> {
  const { id, idempotencyKey, dedupeKey } = wanted;
  const [own] = await tx
    .select()
    .from(runs)
    .where(or(eq(runs.id, id), idempotencyKey === undefined ? undefined : eq(runs.idempotencyKey, idempotencyKey)))
    .orderBy(desc(eq(runs.id, id)))
    .limit(1);
  if (own !== undefined) return toRun(own);
  if (dedupeKey === undefined) return null;
  const [active] = await tx
    .select()
    .from(runs)
    .where(and(eq(runs.dedupeKey, dedupeKey), inArray(runs.state, ['queued', 'running', 'waiting'])));
  return active === undefined ? null : toRun(active);
}
