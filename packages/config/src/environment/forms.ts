import { delimiter } from 'node:path';
import type { z } from 'zod';
import type { Form, Reading } from './variable.ts';

export const text: Form<string> = { form: 'text', read: (value) => ({ value }) };
export const secretText: Form<string> = { form: 'text', secret: true, read: (value) => ({ value }) };
export const path: Form<string> = { form: 'a path', read: (value) => ({ value }) };

/** Folders, separated as in PATH. */
export const folders: Form<string[]> = {
  form: `folders, separated by ${delimiter}`,
  read: (value) => ({ value: value.split(delimiter).filter((folder) => folder !== '') }),
};

export const wholeNumber = (least: number, most: number): Form<number> => ({
  form: `a number from ${least} to ${most}`,
  read: (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most ? { value: number } : { problem: `must be a whole number from ${least} to ${most}` };
  },
});

export const oneOf = <const Value extends string>(...values: readonly Value[]): Form<Value> => ({
  form: values.join(', '),
  read: (value) => {
    const found = values.find((candidate) => candidate === value);
    return found === undefined ? { problem: `must be one of ${values.join(', ')}` } : { value: found };
  },
});

/** `schemes` without the colon. */
export const url = (...schemes: readonly string[]): Form<string> => ({
  form: schemes.map((scheme) => `${scheme}://…`).join(' or '),
  read: (value) => {
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : undefined;
    return scheme !== undefined && schemes.includes(scheme)
      ? { value }
      : { problem: `must be a URL: ${schemes.map((name) => `${name}://…`).join(' or ')}` };
  },
});

/** A URL that may hold a password. */
export const secretUrl = (...schemes: readonly string[]): Form<string> => ({ ...url(...schemes), secret: true });

/** A key in base64, as `openssl rand -base64 <bytes>` prints it. */
export const secretKey = (bytes: number): Form<Uint8Array> => ({
  form: `${bytes} bytes in base64`,
  secret: true,
  read: (value) => {
    const key = Buffer.from(value, 'base64');
    if (key.length !== bytes || key.toString('base64') !== value) return { problem: `must be ${bytes} bytes in base64` };
    return { value: key };
  },
});

/** Text that a schema of the domain accepts. */
export const matching = <Schema extends z.ZodType>(schema: Schema, form: string): Form<z.output<Schema>> => ({
  form,
  read: (value): Reading<z.output<Schema>> => {
    const parsed = schema.safeParse(value);
    return parsed.success ? { value: parsed.data } : { problem: `must be ${form}` };
  },
});
