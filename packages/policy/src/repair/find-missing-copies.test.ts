import type { CopyState, HeldPoint, RecoveryPoint } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { instanceOf, minute, placeOf, pointId, regionId, rulebookOf } from '../samples.ts';
import { findMissingCopies } from './find-missing-copies.ts';

const now = minute(0);
const dayMs = 86_400_000;
const placed = ['berlin', 'dublin'].map((region) => ({
  region: regionId(region),
  role: 'secondary' as const,
  reason: { rule: 'test', text: 'as the test wants it' },
}));
const rulebook = rulebookOf({
  regions: [placeOf('berlin'), placeOf('dublin')],
  policies: [{ id: 'standard', placement: { copies: 2 }, retention: { keepFor: '365d' } }],
  retention: { rules: [{ id: 'short', select: { regions: ['dublin'] }, keep: { last: 1 }, maximum: '30d' }] },
});
const heldPoint = (daysAgo: number, copies: Record<string, CopyState>, state: RecoveryPoint['state'] = 'complete'): HeldPoint => ({
  id: pointId(daysAgo),
  state,
  capturedAtMs: now.getTime() - daysAgo * dayMs,
  completedAtMs: now.getTime() - daysAgo * dayMs,
  storedBytes: 1,
  copies: Object.entries(copies).map(([region, copyState]) => ({
    ...{ region: regionId(region), state: copyState },
    ...{ sinceMs: now.getTime() - daysAgo * dayMs, verifiedAtMs: null },
  })),
});
const missing = (points: HeldPoint[], rules = rulebook) =>
  findMissingCopies({ rulebook: rules, instance: instanceOf('berlin'), points, holds: [], now, placed }).map(({ point, places }) => [
    point,
    places.map(({ region }) => region),
  ]);

test('copies that were never planned, the newest point first, and none that was removed once', () => {
  const everywhere = rulebookOf({ ...rulebook, regions: [placeOf('berlin'), placeOf('dublin')], retention: {} });
  const points = [
    heldPoint(3, { berlin: 'verified' }),
    heldPoint(1, { berlin: 'verified', dublin: 'failed' }),
    heldPoint(2, { berlin: 'verified' }),
    heldPoint(4, { berlin: 'verified', dublin: 'deleted' }),
    heldPoint(5, { berlin: 'expiring' }, 'expiring'),
  ];
  expect(missing(points, everywhere)).toEqual([
    [pointId(2), ['dublin']],
    [pointId(3), ['dublin']],
  ]);
  expect(missing([heldPoint(1, { berlin: 'verified', dublin: 'planned' })], everywhere)).toEqual([]);
});

test('none that would expire as soon as it was made', () => {
  const points = [1, 2, 31, 40].map((daysAgo) => heldPoint(daysAgo, { berlin: 'verified' }));
  expect(missing(points)).toEqual([
    [pointId(1), ['dublin']],
    [pointId(2), ['dublin']],
  ]);
});

test('what an earlier version of the rules kept is no reason to make a copy that today lets go', () => {
  const points = [1, 40].map((daysAgo) => heldPoint(daysAgo, { berlin: 'verified' }));
  const before = rulebookOf({
    regions: [placeOf('berlin')],
    policies: [{ id: 'standard', placement: { copies: 1 }, retention: { keepFor: '365d' } }],
  });
  const earlier = [{ version: 1, rulebook: before, endedAt: new Date(now.getTime() - 60_000) }];
  const found = findMissingCopies({ rulebook, earlier, instance: instanceOf('berlin'), points, holds: [], now, placed });
  expect(found.map(({ point }) => point)).toEqual([pointId(1)]);
});
