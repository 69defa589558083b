import type { Schedule } from '@cbcr/domain';
import { Cron } from 'croner';

/**
 * Reads a schedule, or says what is wrong with it. Parsing never looks at the clock: `?` (now) and one-off dates are refused.
 * At a change of the clocks a fixed time runs exactly once: a time that is skipped runs right after the gap, a time that occurs
 * twice runs at the first. Schedules with `*` in minute or hour go by elapsed time instead.
 */
export function readSchedule({ cron, timeZone }: Schedule): { expression: Cron } | { problem: { field: keyof Schedule; text: string } } {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || cron.includes('?')) {
    return { problem: { field: 'cron', text: 'five fields are needed: minute hour day-of-month month day-of-week' } };
  }
  if (!isTimeZone(timeZone)) {
    return {
      problem: { field: 'timeZone', text: `${JSON.stringify(timeZone)} is not a time zone; use an IANA name such as Europe/Berlin` },
    };
  }
  try {
    const expression = new Cron(fields.join(' '), { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard', paused: true });
    // 2000-01-01 starts a whole cycle of leap years: what does not occur after it never occurs.
    if (expression.nextRun(new Date(946_684_800_000)) === null) return { problem: { field: 'cron', text: 'this date never occurs' } };
    return { expression };
  } catch (error) {
    const text = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
    return { problem: { field: 'cron', text } };
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
