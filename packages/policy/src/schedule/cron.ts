import type { Schedule } from '@cbcr/domain';
import { Cron } from 'croner';

/** What is wrong with a schedule, and in which of its fields. */
export interface ScheduleFault {
  field: keyof Schedule;
  text: string;
}

// It starts a whole cycle of leap years: what does not occur after it never occurs.
const longAgo = new Date(Date.UTC(2000, 0, 1));

/**
 * Reads a schedule, or says everything that is wrong with it. Parsing never looks at the clock: `?` (now) and one-off dates are refused.
 * At a change of the clocks a fixed time runs exactly once: a time that is skipped runs right after the gap, a time that occurs
 * twice runs at the first. Schedules with `*` in minute or hour go by elapsed time instead.
 */
export function readSchedule({ cron, timeZone }: Schedule): { expression: Cron } | { faults: ScheduleFault[] } {
  const isKnownZone = isTimeZone(timeZone);
  const zoneFault: ScheduleFault = {
    field: 'timeZone',
    text: `${JSON.stringify(timeZone)} is not a time zone; use an IANA name such as Europe/Berlin`,
  };
  // An unknown zone hides nothing: the expression is then read in another.
  const read = readExpression(cron, isKnownZone ? timeZone : 'UTC');
  const faults = [...(typeof read === 'string' ? [{ field: 'cron' as const, text: read }] : []), ...(isKnownZone ? [] : [zoneFault])];
  return typeof read === 'string' || faults.length > 0 ? { faults } : { expression: read };
}

/** The expression, or what is wrong with it. */
function readExpression(cron: string, timezone: string): Cron | string {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || cron.includes('?')) return 'five fields are needed: minute hour day-of-month month day-of-week';
  try {
    const expression = new Cron(fields.join(' '), { mode: '5-part', timezone, fixedTimeRule: 'no-wildcard', paused: true });
    return expression.nextRun(longAgo) === null ? 'this date never occurs' : expression;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
