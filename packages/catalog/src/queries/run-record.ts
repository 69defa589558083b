import { CbcrError, type Run, type RunId } from '@cbcr/domain';
import { eq } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';
import { runs } from '../schema/runs.ts';

/** A run with what only the control plane cares about. */
export interface RunRecord extends Run {
  worker: string | null;
  heartbeatAt: Date | null;
  enqueuedAt: Date | null;
  idempotencyKey: string | null;
  dedupeKey: string | null;
  checkpoint: unknown;
}

export function toRun(row: typeof runs.$inferSelect): RunRecord {
  const { regionId, instanceId, pointId, stateSince: _stateSince, writerEpoch: _writerEpoch, ...run } = row;
  return { ...run, region: regionId, instance: instanceId, point: pointId };
}

/** Throws `run.not-found`. `lock` keeps the row from changing until the transaction ends. */
export async function requireRun(tx: Executor, id: RunId, { lock = false } = {}): Promise<RunRecord> {
  const query = tx.select().from(runs).where(eq(runs.id, id));
  const [row] = await (lock ? query.for('no key update') : query);
  if (row === undefined) throw new CbcrError('run.not-found', { run: id });
  return toRun(row);
}
