import { expect, test } from 'vitest';
import { describeResult } from './describe-result.ts';

test('a result is read by people: words, sizes and times, and nothing of it in JSON', () => {
  const links = [
    { from: 'north', latencyMs: 12.5 },
    { from: 'far', latencyMs: null, cause: 'no answer' },
  ];
  expect(describeResult({ objectLock: false, location: null, links, storedBytes: 2048, segmentsFrom: { north: 3 }, detached: [] })).toEqual(
    [
      'object lock no',
      'location –',
      'links',
      '  from north, latency 12.5 ms',
      '  from far, latency –, cause no answer',
      'stored 2.0 KiB',
      'segments from north 3',
      'detached none',
    ],
  );
});

test('a long list is cut, and says so', () => {
  expect(describeResult({ deleted: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toEqual([
    'deleted a, b, c, d, e, and 2 more (--json shows them)',
  ]);
});
