import { CbcrError } from '@cbcr/domain';
import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/**
 * Checks what a person typed before anything is sent: `usage.invalid` names every part that is wrong, and never repeats a value. `names` says what
 * parts are called on the command line where that differs: `selector.points` is `--point`; what lies below a part has its name.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  names: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const cause = parsed.error.issues
    .map((issue) => {
      const text = issue.code === 'too_small' && issue.origin === 'string' ? 'it must not be empty' : issue.message;
      return issue.path.length === 0 ? text : `${nameOf(issue.path, names)}: ${text}`;
    })
    .join('; ');
  throw new CbcrError('usage.invalid', { cause });
}

function nameOf(path: readonly PropertyKey[], names: Readonly<Record<string, string>>): string {
  for (let length = path.length; length > 0; length -= 1) {
    const name = names[path.slice(0, length).join('.')];
    if (name !== undefined) return name;
  }
  return path.join('.');
}

/** For an option that counts something: a whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

/** A day, which means its first moment in UTC, or a moment; as a moment. */
export function parseMoment(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It must be a day or a moment, such as 2027-01-31 or 2027-01-31T12:00:00Z.');
  return new Date(ms).toISOString();
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `45m`, `8h` or `30d`, in seconds. */
export function parseLifetime(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const seconds = secondsOf[unit];
  if (seconds === undefined) throw new InvalidArgumentError('It must be a duration such as 90s, 45m, 8h or 30d.');
  return Number(count) * seconds;
}

export const timeoutHelp = 'with --wait: stop waiting after so many seconds; the run goes on';
export const searchTimeoutHelp = 'stop waiting for a region after so many seconds; its search goes on';
