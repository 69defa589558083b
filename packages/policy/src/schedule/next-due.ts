import { CbcrError, type Schedule } from '@cbcr/domain';
import { readSchedule } from './cron.ts';

/**
 * The first due time after (never at) `after`. Ask it from now on, not from the last run: after an outage one run makes up for all that were
 * missed, because yesterday's state cannot be captured today. A schedule that `checkSchedule` refuses ends in `usage.invalid`.
 */
export function nextDue(schedule: Schedule, after: Date): Date {
  const read = readSchedule(schedule);
  if ('faults' in read) throw unusable(schedule, read.faults.map(({ text }) => text).join('; '));
  const next = read.expression.nextRun(after);
  if (next === null) throw unusable(schedule, 'this date does not occur again');
  return next;
}

const unusable = (schedule: Schedule, text: string): CbcrError =>
  new CbcrError('usage.invalid', { cause: `The schedule "${schedule.cron}" (${schedule.timeZone}) cannot be used: ${text}` });
