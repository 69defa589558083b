import type { RecoveryPointId } from '@cbcr/domain';
import { assessProtection, type PointCopies, type Protection, type ProtectionDemand } from './assess-protection.ts';

export interface InstanceProtection extends Protection {
  /** The point that the answer is about: the newest complete one. */
  point: RecoveryPointId | null;
}

/** An instance is as protected as its newest complete point (by the moment it shows; the id decides a tie). */
export function assessInstanceProtection(input: ProtectionDemand & { points: readonly PointCopies[] }): InstanceProtection {
  const [newest] = input.points.filter(({ point }) => point.state === 'complete').sort(newestFirst);
  if (!newest) {
    const reason = { rule: 'no-complete-point', text: `${input.placement.instance} has no complete recovery point` };
    return { point: null, available: false, protected: false, debts: [], reasons: [reason] };
  }
  const { placement, synchronousMinimum } = input;
  return { point: newest.point.id, ...assessProtection({ ...newest, placement, synchronousMinimum }) };
}

function newestFirst({ point: a }: PointCopies, { point: b }: PointCopies): number {
  return b.capturedAt.getTime() - a.capturedAt.getTime() || (a.id < b.id ? 1 : -1);
}
