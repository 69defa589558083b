import { z } from 'zod';

const day = 86_400_000;
const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: day, w: 7 * day, mo: 30 * day, y: 365 * day } as const;
type Unit = keyof typeof unitsMs;
const isUnit = (text: string): text is Unit => Object.hasOwn(unitsMs, text);

const form = /^([1-9]\d{0,5})(s|m|h|d|w|mo|y)$/;

/** A length of time as somebody wrote it, and in milliseconds. */
export interface Duration {
  text: string;
  ms: number;
}

const isDuration = (value: unknown): value is Duration => typeof value === 'object' && value !== null && 'text' in value && 'ms' in value;

/**
 * A whole number and a unit: `90s`, `15m`, `24h`, `35d`, `2w`, `6mo`, `7y`. A month counts as 30 days and a year as 365, so that a length does not
 * depend on when it is asked. A duration that was read before is read again from its text, so that a stored rulebook can be parsed.
 */
export const durationSchema = z.preprocess(
  (value) => (isDuration(value) ? value.text : value),
  z
    .string()
    .regex(form, 'a number and a unit (s, m, h, d, w, mo, y), such as 35d')
    .transform((text): Duration => {
      const [, count = '', unit = ''] = form.exec(text) ?? [];
      return { text, ms: isUnit(unit) ? Number(count) * unitsMs[unit] : Number.NaN };
    }),
);
