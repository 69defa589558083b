import { CbcrError, type Schedule } from '@cbcr/domain';
import type { Cron } from 'croner';
import { readSchedule } from './cron.ts';

/** The first due time after (never at) `after`. A schedule that `checkSchedule` refuses ends in `usage.invalid`. */
export function nextDue(schedule: Schedule, after: Date): Date {
  return following(schedule, expressionOf(schedule), after);
}

export interface DuePlan {
  /** The due time to run now, or null when nothing is due. */
  dueAt: Date | null;
  /** Earlier due times that this run makes up for. At most 1000 are counted. */
  missed: number;
  /** When to look again. */
  nextAt: Date;
}

const mostMissed = 1000;

/**
 * What a schedule owes at `now`, when `handledUntil` is the last due time that was run (or the moment the schedule began). After an outage one run
 * makes up for all missed ones, and it carries the newest due time: yesterday's state cannot be captured today.
 */
export function planDue(schedule: Schedule, handledUntil: Date, now: Date): DuePlan {
  const expression = expressionOf(schedule);
  const nextAt = following(schedule, expression, now);
  let dueAt: Date | null = null;
  let missed = -1;
  for (let at = following(schedule, expression, handledUntil); at <= now; at = following(schedule, expression, at)) {
    dueAt = at;
    missed += 1;
    if (missed >= mostMissed) {
      dueAt = latestUntil(expression, now) ?? dueAt;
      break;
    }
  }
  return { dueAt, missed: Math.max(0, missed), nextAt };
}

/** The newest due time that is not after `now`; croner looks strictly before its reference. */
const latestUntil = (expression: Cron, now: Date): Date | undefined => expression.previousRuns(1, new Date(now.getTime() + 1))[0];

function following(schedule: Schedule, expression: Cron, after: Date): Date {
  const next = expression.nextRun(after);
  if (next === null) throw unreadable(schedule, 'this date does not occur again');
  return next;
}

function expressionOf(schedule: Schedule): Cron {
  const read = readSchedule(schedule);
  if ('problem' in read) throw unreadable(schedule, read.problem.text);
  return read.expression;
}

const unreadable = (schedule: Schedule, text: string): CbcrError =>
  new CbcrError('usage.invalid', { cause: `The schedule "${schedule.cron}" (${schedule.timeZone}) cannot be used: ${text}` });
