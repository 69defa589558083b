import type { Reason, RecoveryPoint, RecoveryPointId, Schedule } from '@cbcr/domain';
import { checkSchedule } from '../schedule/check-schedule.ts';
import { nextDue } from '../schedule/next-due.ts';
import { assessProtection, type PointCopies, type Protection, type ProtectionDemand } from './assess-protection.ts';

export interface InstanceProtection extends Protection {
  /** The point that the answer is about: the newest complete one. */
  point: RecoveryPointId | null;
}

export interface InstanceDemand extends ProtectionDemand {
  points: readonly PointCopies[];
  /** Of the policy; without one nothing says how old the newest point may be. */
  schedule: Schedule | undefined;
  now: Date;
}

/**
 * An instance is as protected as its newest complete point (by the moment it shows; the id decides a tie), and only while that point is not
 * too old: backups that fail for weeks leave good copies behind that show a past state.
 */
export function assessInstanceProtection(input: InstanceDemand): InstanceProtection {
  const [newest] = input.points.filter(({ point }) => point.state === 'complete').sort(newestFirst);
  if (!newest) {
    const reason = { rule: 'no-complete-point', text: `${input.placement.instance} has no complete recovery point` };
    return { point: null, available: false, protected: false, debts: [], reasons: [reason] };
  }
  const { placement, synchronousMinimum } = input;
  const assessed = assessProtection({ ...newest, placement, synchronousMinimum });
  const tooOld = findTooOld(newest.point, input);
  if (tooOld === null) return { point: newest.point.id, ...assessed };
  const reasons = [tooOld, ...(assessed.protected ? [] : assessed.reasons)];
  return { point: newest.point.id, ...assessed, protected: false, reasons };
}

/** One due time may have passed, its backup may be under way; once the second has passed as well, a backup is missing. */
function findTooOld({ capturedAt }: Pick<RecoveryPoint, 'capturedAt'>, { schedule, now }: InstanceDemand): Reason | null {
  if (schedule === undefined || checkSchedule(schedule).length > 0) return null;
  const missedAt = nextDue(schedule, capturedAt);
  if (nextDue(schedule, missedAt) > now) return null;
  const text = `the newest point shows ${capturedAt.toISOString()}; the backup due at ${missedAt.toISOString()} is missing`;
  return { rule: 'newest-point-too-old', text };
}

function newestFirst({ point: a }: PointCopies, { point: b }: PointCopies): number {
  return b.capturedAt.getTime() - a.capturedAt.getTime() || (a.id < b.id ? 1 : -1);
}
