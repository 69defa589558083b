import type { HoldCheckView } from '@cbcr/client';
import { expect, test } from 'vitest';
import { describeEmptyHolds } from './describe-holds.ts';

const checkOf = (points: number, instances: number): HoldCheckView => ({
  checkedAt: '2027-01-01T00:00:00.000Z',
  holds: [{ hold: 'H-7', title: 'Miller', state: 'active', instances, points, regions: [], conflicts: [], conflictCount: 0 }],
});

test('a hold that covers nothing now is warned of, with how much it covers and what it will', () => {
  for (const [instances, words] of [
    [0, '0 instances'],
    [1, '1 instance'],
  ] as const) {
    expect(describeEmptyHolds(checkOf(0, instances))).toEqual([
      expect.stringContaining(`H-7 covers nothing that exists now: 0 points of ${words}. It will cover what comes`),
    ]);
  }
  expect(describeEmptyHolds(checkOf(1, 1))).toEqual([]);
});
