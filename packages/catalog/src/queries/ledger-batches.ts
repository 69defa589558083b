import type { RunId } from '@cbcr/domain';
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';
import { recoveryPoints } from '../schema/points.ts';
import { runs } from '../schema/runs.ts';
import { arrayLiteral } from './array-literal.ts';
import { type RunRecord, toRun } from './run-record.ts';

export interface Opening {
  run: RunId;
  worker: string;
}
export interface Success {
  run: RunId;
  epoch: number;
  result: unknown;
}

/** What opening a run changes. */
export const openedBy = (worker: SQL, now: Date) => ({
  epoch: sql`${runs.epoch} + 1`,
  state: 'running' as const,
  stateSince: now,
  startedAt: sql`coalesce(${runs.startedAt}, ${now.toISOString()})`,
  heartbeatAt: now,
  notBefore: null,
  worker,
});

/** Opens the runs that may be opened and that nobody else holds locked at this moment. */
export async function openTogether(db: Executor, now: Date, openings: readonly Opening[]): Promise<Map<string, RunRecord>> {
  const ids = arrayLiteral(openings.map(({ run }) => run));
  const workers = arrayLiteral(openings.map(({ worker }) => worker));
  const rows = await db
    .update(runs)
    .set(openedBy(sql`free.worker`, now))
    .from(sql`(select r.id, w.worker from unnest(${ids}::text[], ${workers}::text[]) as w (id, worker) join ${runs} r on r.id = w.id
      where r.state in ('queued', 'waiting', 'running') for no key update of r skip locked) as free`)
    .where(sql`${runs.id} = free.id and ${runs.state} in ('queued', 'waiting', 'running')`)
    .returning(getTableColumns(runs));
  return new Map(rows.map((row) => [row.id, toRun(row)]));
}

/**
 * Ends the runs that are held at their epoch, that nobody else holds locked at this moment, and that have no capture to break off. `point_id`
 * names a run's only possible capture: beginning one breaks off any other. It is read from the locked row, and its point must be seen to be out
 * of capture: one that was begun since the statement's snapshot is not seen at all.
 */
export async function succeedTogether(db: Executor, now: Date, successes: readonly Success[]): Promise<Map<string, true>> {
  const ids = arrayLiteral(successes.map(({ run }) => run));
  const epochs = arrayLiteral(successes.map(({ epoch }) => epoch));
  const results = arrayLiteral(successes.map(({ result }) => (result === undefined || result === null ? null : JSON.stringify(result))));
  const rows = await db
    .update(runs)
    .set({
      state: 'succeeded',
      stateSince: now,
      finishedAt: now,
      notBefore: null,
      error: null,
      result: sql`held.result`,
      writerEpoch: sql`held.epoch`,
    })
    .from(sql`(select r.id, r.epoch, w.result
      from unnest(${ids}::text[], ${epochs}::integer[], ${results}::jsonb[]) as w (id, epoch, result)
      join ${runs} r on r.id = w.id and r.epoch = w.epoch
      where r.state = 'running' and (r.point_id is null
        or exists (select from ${recoveryPoints} p where p.id = r.point_id and p.state <> 'capturing'))
      for no key update of r skip locked) as held`)
    .where(and(sql`${runs.id} = held.id`, sql`${runs.epoch} = held.epoch`, eq(runs.state, 'running')))
    .returning({ id: runs.id });
  return new Map(rows.map(({ id }) => [id, true]));
}
