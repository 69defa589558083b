import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatRate, formatTime } from './format.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [150 * 1024, '150 KiB'],
  [32 * 1024 ** 2, '32.0 MiB'],
  [5 * 1024 ** 6, '5120 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0.0s'],
  [59_949, '59.9s'],
  [95_000, '1m 35s'],
  [2 * 3_600_000 + 61_000, '2h 1m'],
  [72 * 3_600_000, '3d 0h'],
])('%d ms are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('a rate is in megabytes of a million bytes, and is not made up when nothing was measured', () => {
  expect(formatRate(30_000_000, 2_000)).toBe('15.0 MB/s');
  expect(formatRate(30_000_000, 0)).toBe('–');
});

test('times say their zone', () => {
  expect(formatTime('2026-11-23T07:10:36.123Z')).toBe('2026-11-23 07:10:36Z');
  expect(formatTime(null)).toBe('–');
});
