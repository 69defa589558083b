import type { PointRecord } from '@cbcr/catalog';
import type { CopyView, DebtView, PointView } from '@cbcr/client';
import type { Copy, CopyLock, Debt, Placement } from '@cbcr/domain';
import { assessProtection } from '@cbcr/policy';

/** `placement` is the one that the policy gives now: what a point is worth is asked of today's policy. */
export function describePoint(point: PointRecord, placement: Placement, synchronousMinimum: number, locks: readonly CopyLock[]): PointView {
  const protection = assessProtection({ point, copies: point.copies, placement, synchronousMinimum });
  const { id, instance, run, state, engine, plaintextBytes, storedBytes } = point;
  return {
    ...{ id, instance, run, state, engine, plaintextBytes, storedBytes },
    capturedAt: point.capturedAt.toISOString(),
    completedAt: point.completedAt?.toISOString() ?? null,
    available: protection.available,
    protected: protection.protected,
    copies: point.copies.map((copy) => describeCopy(copy, locks)),
    debts: protection.debts.map(describeDebt),
  };
}

function describeCopy(copy: Copy, locks: readonly CopyLock[]): CopyView {
  const { region, role, state, reason, since, storedBytes, verifiedAt, attempts, nextAttemptAt } = copy;
  const lock = locks.find((known) => known.point === copy.point && known.region === region);
  return {
    ...{ region, role, state, reason, storedBytes, attempts },
    since: since.toISOString(),
    verifiedAt: verifiedAt?.toISOString() ?? null,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    lock: lock === undefined ? null : { mode: lock.mode, until: lock.until.toISOString() },
  };
}

export function describeDebt({ point, region, since, reason, nextAttemptAt }: Debt): DebtView {
  return { point, region, reason, since: since.toISOString(), nextAttemptAt: nextAttemptAt?.toISOString() ?? null };
}
