import { expect, it } from 'vitest';
import { redactSecrets } from './redact-secrets.ts';

it('removes a secret in plain and in percent-encoded form, the longest first', () => {
  const text = 'p@ss w and p%40ss%20w and p@ss%20w and p@ss';
  expect(redactSecrets(text, ['p@ss', 'p@ss w'])).toBe('[secret] and [secret] and [secret] and [secret]');
});

it('leaves a text without secrets alone', () => {
  expect(redactSecrets('words', ['', 'other'])).toBe('words');
});
