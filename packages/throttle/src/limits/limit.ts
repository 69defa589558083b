import { z } from 'zod';
import { type Rate, rateSchema } from './rate.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

const timeOfDay = (pattern: RegExp, example: string) => z.string().regex(pattern, `a time of day such as ${example}`);

const windowSchema = z.strictObject({
  /** Wall-clock time in the limit's time zone, `HH:MM`; the minute belongs to the window. */
  from: timeOfDay(/^([01]\d|2[0-3]):[0-5]\d$/, '08:00'),
  /** `HH:MM` or `24:00`; the minute is outside. At or before `from`: the window ends on the next day. */
  to: timeOfDay(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, '18:00'),
  /** Days on which the window begins; every day when absent. */
  days: z.array(z.enum(weekdays)).min(1).optional(),
  rate: rateSchema,
});
export type LimitWindow = z.infer<typeof windowSchema>;

const wholeLimit = z
  .strictObject({
    /** Outside of all windows. */
    rate: rateSchema,
    /** IANA name, such as Europe/Berlin. */
    timeZone: z.string().refine(isTimeZone, 'an IANA time zone such as Europe/Berlin').optional(),
    /** The first window that holds the moment decides. */
    windows: z.array(windowSchema).max(32).default([]),
  })
  .refine(({ windows, timeZone }) => windows.length === 0 || timeZone !== undefined, {
    path: ['timeZone'],
    message: 'is missing: windows are times of day, and those need a time zone',
  });

/** A rate, or a rate with time-of-day windows. A rate alone is short for `{ rate }`. */
export const limitSchema = z.union([wholeLimit, rateSchema.transform((rate): Limit => ({ rate, windows: [] }))]);
export interface Limit {
  readonly rate: Rate;
  readonly timeZone?: string | undefined;
  readonly windows: readonly LimitWindow[];
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
