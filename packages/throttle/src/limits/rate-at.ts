import { type Limit, type LimitWindow, type Weekday, weekdays } from './limit.ts';
import type { Rate } from './rate.ts';
import { type ZonedTime, zonedTime } from './zoned-time.ts';

/**
 * The rate that a limit demands at a moment: that of the first window that holds it, else the limit's own. Windows go by the clock on the
 * wall: one that lies in the hour that is skipped in spring does not occur, and one in the hour that occurs twice in autumn holds both times.
 */
export function rateAt({ rate, timeZone, windows }: Limit, at: Date): Rate {
  if (timeZone === undefined || windows.length === 0) return rate;
  const time = zonedTime(timeZone, at.getTime());
  return windows.find((window) => holds(window, time))?.rate ?? rate;
}

function holds({ from, to, days = [...weekdays] }: LimitWindow, { weekday, minute }: ZonedTime): boolean {
  const begins = (day: number) => days.some((name: Weekday) => weekdays.indexOf(name) === (day + 7) % 7);
  const [first, end] = [minuteOfDay(from), minuteOfDay(to)];
  if (first < end) return minute >= first && minute < end && begins(weekday);
  return (minute >= first && begins(weekday)) || (minute < end && begins(weekday - 1));
}

/** Of `HH:MM`. */
export function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
