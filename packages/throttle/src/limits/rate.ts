import { z } from 'zod';

/** Bytes per second, above 0; or no limit at all; or nothing at all. */
export type Rate = number | 'unlimited' | 'paused';

const bytesOfUnit: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  kbit: 1e3 / 8,
  mbit: 1e6 / 8,
  gbit: 1e9 / 8,
};
const pattern = /^(\d+(?:\.\d+)?)\s*(b|[kmg]i?b|[kmg]bit)\/s$/i;

/** Below it a grant of the smallest size takes so long that a change is no longer visible within a second. */
const slowestBytesPerSecond = 16 * 1024;
const fastestBytesPerSecond = 1e12;

const expected = 'a rate such as 50MB/s, 20MiB/s or 400Mbit/s (at least 16KiB/s), unlimited, or paused';

/**
 * Reads what people write. Decimal (`MB/s`), binary (`MiB/s`) and bit (`Mbit/s`) units, in any case; a plain number is bytes per second.
 * null: not a rate, or outside 16 KiB/s to 1 TB/s.
 */
export function parseRate(text: string | number): Rate | null {
  if (text === 'unlimited' || text === 'paused') return text;
  const [, digits = '', unit = ''] = typeof text === 'number' ? [] : (pattern.exec(text.trim()) ?? []);
  const rate = typeof text === 'number' ? text : Number(digits) * (bytesOfUnit[unit.toLowerCase()] ?? 0);
  return rate >= slowestBytesPerSecond && rate <= fastestBytesPerSecond ? rate : null;
}

/** For people: `50 MB/s`, `unlimited`, `paused`. */
export function formatRate(rate: Rate): string {
  if (typeof rate === 'string') return rate;
  const [unit, size] = rate >= 1e9 ? ['GB', 1e9] : rate >= 1e6 ? ['MB', 1e6] : ['KB', 1e3];
  return `${Number((rate / Number(size)).toPrecision(4))} ${unit}/s`;
}

/** In: a text of `parseRate`, or bytes per second. Out: a `Rate`. What came out may go in again. */
export const rateSchema = z.union([z.string(), z.number()], { error: expected }).transform((text, context): Rate => {
  const rate = parseRate(text);
  if (rate !== null) return rate;
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
});
