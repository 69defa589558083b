import { CbcrError, type Copy, type CopyState, type Reason, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import { and, eq, sql } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';
import { copies } from '../schema/points.ts';
import { type RunWriter, writerColumns } from './fence.ts';
import { toCopy } from './point-record.ts';

export interface CopyAt {
  point: RecoveryPointId;
  region: RegionId;
  /** Null speaks for the control plane. */
  writer: RunWriter | null;
  now: Date;
}
export interface CopyChange {
  state: CopyState;
  reason: Reason;
  storedBytes?: number;
  verifiedAt?: Date;
  attempts?: number;
  nextAttemptAt?: Date | null;
}

const owedStates: readonly CopyState[] = ['planned', 'copying', 'stored', 'failed', 'blocked'];
export const isOwed = (state: CopyState): boolean => owedStates.includes(state);
const notVerified = sql`${copies.state} in ('planned', 'copying', 'stored', 'failed', 'blocked')`;
/** Says the same as the predicate of the index `copies_owed`, or the planner could not use it. */
export const owed = sql`${copies.demanded} and ${notVerified}`;

const at = ({ point, region }: Pick<CopyAt, 'point' | 'region'>) => and(eq(copies.pointId, point), eq(copies.regionId, region));

export const lockCopy = async (tx: Executor, where: Pick<CopyAt, 'point' | 'region'>): Promise<Copy> =>
  (await lockCopyWithDemand(tx, where)).copy;

/** `demanded`: its point is complete. */
export async function lockCopyWithDemand(
  tx: Executor,
  where: Pick<CopyAt, 'point' | 'region'>,
): Promise<{ copy: Copy; demanded: boolean }> {
  const [row] = await tx.select().from(copies).where(at(where)).for('no key update');
  if (row === undefined) throw new CbcrError('copy.not-found', where);
  return { copy: toCopy(row), demanded: row.demanded };
}

/**
 * Changes one copy; the database refuses what the transition table or the fence forbids. `since` moves only when a copy begins or
 * ceases to be owed: a copy that fails, is tried again and fails again is owed since the first failure.
 */
export async function changeCopy(tx: Executor, where: CopyAt, change: CopyChange): Promise<Copy> {
  const since = isOwed(change.state)
    ? sql`case when ${notVerified} then ${copies.since} else ${where.now.toISOString()} end`
    : sql`case when ${copies.state} = ${change.state} then ${copies.since} else ${where.now.toISOString()} end`;
  const [row] = await tx
    .update(copies)
    .set({ ...change, since, ...writerColumns(where.writer) })
    .where(at(where))
    .returning();
  if (row === undefined) throw new CbcrError('copy.not-found', { point: where.point, region: where.region });
  return toCopy(row);
}
