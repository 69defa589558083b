import { describe, expect, test } from 'vitest';
import { formatRate, parseRate, rateSchema } from './rate.ts';

test.each<[string | number, ReturnType<typeof parseRate>]>([
  ['50MB/s', 50e6],
  ['50 mb/s', 50e6],
  ['1.5GiB/s', 1.5 * 2 ** 30],
  ['20MiB/s', 20 * 2 ** 20],
  ['400Mbit/s', 50e6],
  [1_000_000, 1e6],
  ['unlimited', 'unlimited'],
  ['paused', 'paused'],
  ['0MB/s', null],
  ['15KiB/s', null],
  ['50MB', null],
  ['50', null],
  ['-5MB/s', null],
  ['fast', null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
])('%s is read as %s', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

test.each([
  [50e6, '50 MB/s'],
  [1.25e9, '1.25 GB/s'],
  [65_536, '65.54 KB/s'],
  ['paused' as const, 'paused'],
])('%s is shown as %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

describe('the schema', () => {
  test('takes what it gave', () => {
    expect(rateSchema.parse(rateSchema.parse('50MB/s'))).toBe(50e6);
    expect(rateSchema.parse(rateSchema.parse('paused'))).toBe('paused');
  });
  test('says what is expected', () => {
    for (const wrong of ['fast', 3, null, {}])
      expect(rateSchema.safeParse(wrong).error?.issues[0]?.message).toContain('a rate such as 50MB/s');
  });
});
