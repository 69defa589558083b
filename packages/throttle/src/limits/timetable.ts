import type { Limit } from './limit.ts';
import type { Rate } from './rate.ts';
import { minuteOfDay, rateAt } from './rate-at.ts';
import { zoneOffsetMs } from './zoned-time.ts';

/** What a limit demands from when on, in instants: no time zone is left to be interpreted. Ordered; the first entry holds for all time before. */
export type Timetable = readonly { readonly fromMs: number; readonly rate: Rate }[];

const dayMs = 86_400_000;
/** How far ahead a timetable is worked out. Whoever publishes limits does so again long before. */
const horizonDays = 14;

/**
 * Works out a limit's windows from `now` on for 14 days. After them the strictest of its rates holds: limits that nobody renews must not end in
 * an open gate.
 */
export function planTimetable(limit: Limit, now: Date): Timetable {
  const startMs = now.getTime();
  const entries: { fromMs: number; rate: Rate }[] = [{ fromMs: 0, rate: rateAt(limit, now) }];
  if (limit.timeZone === undefined || limit.windows.length === 0) return entries;
  const endMs = startMs + horizonDays * dayMs;
  const add = (fromMs: number, rate: Rate) => {
    if (rate !== entries.at(-1)?.rate) entries.push({ fromMs, rate });
  };
  for (const atMs of possibleChanges(limit, limit.timeZone, startMs, endMs)) add(atMs, rateAt(limit, new Date(atMs)));
  add(endMs, strictestOf([limit.rate, ...limit.windows.map(({ rate }) => rate)]));
  return entries;
}

export function rateIn(timetable: Timetable, atMs: number): Rate {
  return timetable.findLast(({ fromMs }) => fromMs <= atMs)?.rate ?? timetable[0]?.rate ?? 'unlimited';
}

/** Every instant at which the rate may change: each edge of a window on each day by every offset of its surroundings, and changes of the offset. */
function possibleChanges({ windows }: Limit, timeZone: string, startMs: number, endMs: number): number[] {
  const edges = new Set([0, ...windows.flatMap(({ from, to }) => [minuteOfDay(from), minuteOfDay(to)])]);
  const found = new Set<number>();
  const firstDayMs = Math.floor(startMs / dayMs) * dayMs - dayMs;
  for (let midnightMs = firstDayMs; midnightMs <= endMs + dayMs; midnightMs += dayMs) {
    const offsets = [zoneOffsetMs(timeZone, midnightMs - dayMs), zoneOffsetMs(timeZone, midnightMs + 2 * dayMs)];
    for (const edge of edges) for (const offset of offsets) found.add(midnightMs + edge * 60_000 - offset);
    const changeMs = offsetChange(timeZone, midnightMs, midnightMs + dayMs);
    if (changeMs !== null) found.add(changeMs);
  }
  return [...found].filter((atMs) => atMs > startMs && atMs < endMs).sort((a, b) => a - b);
}

/** The instant between two at which a zone changes its clocks, if it does; to the second. */
function offsetChange(timeZone: string, fromMs: number, toMs: number): number | null {
  const before = zoneOffsetMs(timeZone, fromMs);
  if (before === zoneOffsetMs(timeZone, toMs)) return null;
  let [low, high] = [fromMs, toMs];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (zoneOffsetMs(timeZone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function strictestOf(rates: readonly Rate[]): Rate {
  const size = (rate: Rate) => (rate === 'paused' ? 0 : rate === 'unlimited' ? Number.POSITIVE_INFINITY : rate);
  return rates.reduce((strictest, rate) => (size(rate) < size(strictest) ? rate : strictest));
}
