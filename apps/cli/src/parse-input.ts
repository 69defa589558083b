import { CbcrError } from '@cbcr/domain';
import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';

/** Checks what a person typed before anything is sent: `usage.invalid` names every part that is wrong, and never repeats a value. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const cause = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
  throw new CbcrError('usage.invalid', { cause });
}

/** For an option that counts something: a whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

export const timeoutHelp = 'with --wait: stop waiting after so many seconds; the run goes on';
