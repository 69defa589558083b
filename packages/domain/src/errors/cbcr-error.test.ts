import { expect, test } from 'vitest';
import { errorCatalogue } from './catalogue/index.ts';
import { CbcrError, isCbcrError, toCbcrError } from './cbcr-error.ts';
import type { ErrorEntry } from './error-entry.ts';

const entries: [string, ErrorEntry][] = Object.entries(errorCatalogue);

test('an error fills its facts into the sentence and the hint', () => {
  const error = new CbcrError('policy.not-found', { policy: 'gold', known: 'standard' });
  expect(error.toReport()).toEqual({
    code: 'policy.not-found',
    message: 'There is no policy gold.',
    hint: 'Policies are described in cbcr.yaml. Known: standard.',
  });
  expect(error.exitCode).toBe(3);
});

test.each(entries)('%s has a code of area.name, a sentence and a hint', (code, entry) => {
  expect(code).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  expect(entry.sentence).toMatch(/[.}]$/);
  expect(entry.hint).toMatch(/[.}a-z]$/);
});

test('an unknown error keeps its message and its cause, and may be tried again', () => {
  const cause = new TypeError('x is not a function');
  const error = toCbcrError(cause);
  expect(isCbcrError(error, 'run.unexpected')).toBe(true);
  expect(error.message).toContain('x is not a function');
  expect(error.cause).toBe(cause);
  expect(error.treatment).toBe('attempt');
});

test('a wrapped CbcrError stays what it is', () => {
  const error = new CbcrError('run.cancelled', { by: 'anna' });
  expect(toCbcrError(error)).toBe(error);
});
