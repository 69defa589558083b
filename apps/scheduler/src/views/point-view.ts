import type { PointRecord } from '@cbcr/catalog';
import type { CopyView, DebtView, PointView } from '@cbcr/client';
import type { Copy, Debt, Placement } from '@cbcr/domain';
import { assessProtection } from '@cbcr/policy';

/** `placement` is the one that the policy gives now: what a point is worth is asked of today's policy. */
export function describePoint(point: PointRecord, placement: Placement, synchronousMinimum: number): PointView {
  const protection = assessProtection({ point, copies: point.copies, placement, synchronousMinimum });
  const { id, instance, run, state, engine, plaintextBytes, storedBytes } = point;
  return {
    ...{ id, instance, run, state, engine, plaintextBytes, storedBytes },
    capturedAt: point.capturedAt.toISOString(),
    completedAt: point.completedAt?.toISOString() ?? null,
    available: protection.available,
    protected: protection.protected,
    copies: point.copies.map(describeCopy),
    debts: protection.debts.map(describeDebt),
  };
}

function describeCopy({ region, role, state, reason, since, storedBytes, verifiedAt, attempts, nextAttemptAt }: Copy): CopyView {
  return {
    ...{ region, role, state, reason, storedBytes, attempts },
    since: since.toISOString(),
    verifiedAt: verifiedAt?.toISOString() ?? null,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  };
}

export function describeDebt({ point, region, since, reason, nextAttemptAt }: Debt): DebtView {
  return { point, region, reason, since: since.toISOString(), nextAttemptAt: nextAttemptAt?.toISOString() ?? null };
}
