import { CbcrError, isFinalRunState, type RunId } from '@cbcr/domain';
import { and, eq } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';
import { runs } from '../schema/runs.ts';
import { type RunRecord, toRun } from './run-record.ts';

/** In whose name a row of points or copies is written. */
export interface RunWriter {
  run: RunId;
  epoch: number;
}
/** The columns that the triggers compare with the run; null speaks for the control plane. */
export const writerColumns = (writer: RunWriter | null) => ({
  writerRun: writer?.run ?? null,
  writerEpoch: writer?.epoch ?? null,
});

/** The rows that a holder of `epoch` may change. */
export const heldBy = (run: RunId, epoch: number) => and(eq(runs.id, run), eq(runs.epoch, epoch), eq(runs.state, 'running'));

/** Whether the run has not ended. */
export async function isActive(tx: Executor, run: RunId): Promise<boolean> {
  const [row] = await tx.select({ state: runs.state }).from(runs).where(eq(runs.id, run));
  return row !== undefined && !isFinalRunState(row.state);
}

/** Locks the run for the transaction. Throws `run.lost` unless the caller holds it. */
export async function requireHeldRun(tx: Executor, run: RunId, epoch: number): Promise<RunRecord> {
  const [row] = await tx.select().from(runs).where(heldBy(run, epoch)).for('no key update');
  if (row === undefined) throw new CbcrError('run.lost', { run });
  return toRun(row);
}
