import { describe, expect, test } from 'vitest';
import { instanceOf, minute, placeOf, regionId, rulebookOf } from '../samples.ts';
import { decide } from '../situation/decide.ts';
import { locksOf, wantedLock } from './wanted-lock.ts';

type Parts = Parameters<typeof rulebookOf>[0];
const dayMs = 86_400_000;
const regions = [placeOf('berlin', { jurisdictions: ['DE'] }), placeOf('ohio', { jurisdictions: ['US'] })];
const governance = { lock: { mode: 'governance' } } as const;
const compliance = { lock: { mode: 'compliance', for: '2d' } } as const;
const gfs = { daily: 7, timeZone: 'Europe/Berlin' };

const worldOf = (demands: object, rules: NonNullable<NonNullable<Parts>['retention']>['rules'] = []) =>
  rulebookOf({ regions, policies: [{ id: 'standard', placement: { copies: 1 }, ...demands }], retention: { rules } });

/** For how many days copies in berlin, and in ohio, are locked; null: not at all. */
function daysOf(rulebook: ReturnType<typeof worldOf>, instance = instanceOf('berlin')): (number | null)[] {
  const lockOf = locksOf(rulebook, instance);
  return ['berlin', 'ohio'].map((region) => {
    const until = wantedLock(lockOf(regionId(region)), minute(0).getTime(), minute(60), 4_000 * dayMs)?.until;
    return until === undefined ? null : (until.getTime() - minute(0).getTime()) / dayMs;
  });
}

test.each([
  ['for as long as the lock says', { ...compliance, retention: { keepFor: '9d' } }, [], [2, 2]],
  ['for as long as the retention keeps it', { ...governance, retention: { keepFor: '9d', minimum: '1d' } }, [], [9, 9]],
  ['for the minimum, where nothing else is said', { ...governance, retention: { minimum: '1d' } }, [], [1, 1]],
  ['not at all without a lock', { retention: { keepFor: '9d' } }, [], [null, null]],
  ['not at all when nobody says how long', governance, [], [null, null]],
  ['only in the regions that are named', { lock: { regions: { ohio: { mode: 'compliance', for: '3d' } } } }, [], [null, 3]],
  ['for longer in a region that says so', { lock: { mode: 'governance', for: '1d', regions: { ohio: { for: '3d' } } } }, [], [1, 3]],
  [
    'by the rules with names for copies there',
    { ...governance, retention: { minimum: '1d' } },
    [{ id: 'archive', select: { regions: ['ohio'] }, keep: { for: '30d' } }],
    [1, 30],
  ],
  ['by the rules for a jurisdiction', governance, [{ id: 'law', select: { jurisdictions: ['DE'] }, minimum: '20d' }], [20, null]],
  [
    'by the longest of all rules',
    governance,
    [
      { id: 'a', keep: { for: '5d', window: '8d' } },
      { id: 'b', minimum: '6d' },
    ],
    [8, 8],
  ],
  ['not for a number of points, which may go with the next one', governance, [{ id: 'tiers', keep: { last: 9, gfs } }], [null, null]],
  ['never by a maximum', governance, [{ id: 'privacy', maximum: '9d' }], [null, null]],
  [
    'no longer than a maximum, but for what the lock says itself',
    { lock: { mode: 'governance', regions: { ohio: { for: '12d' } } } },
    [
      { id: 'a', keep: { for: '20d' } },
      { id: 'privacy', maximum: '9d' },
    ],
    [9, 12],
  ],
  [
    'for the longer of the two, where both are asked for',
    { lock: { mode: 'governance', for: '5d', whileKept: true } },
    [{ id: 'archive', select: { regions: ['ohio'] }, keep: { for: '30d' } }],
    [5, 30],
  ],
  ['not by rules for others', governance, [{ id: 'others', select: { dataClasses: ['health'] }, keep: { for: '5d' } }], [null, null]],
] as const)('a copy is locked %s, counted from the capture', (_name, demands, rules, days) => {
  expect(daysOf(worldOf(demands, JSON.parse(JSON.stringify(rules))))).toEqual(days);
});

test('policies that apply together weaken none of their locks', () => {
  const rulebook = rulebookOf({
    regions,
    policies: [
      { id: 'everything', select: { names: ['*'] }, lock: { mode: 'compliance', for: '60d' } },
      { id: 'standard', select: { names: ['*'] }, lock: { mode: 'governance' }, retention: { keepFor: '5d' } },
    ],
  });
  expect(daysOf(rulebook)).toEqual([60, 60]);
  expect(locksOf(rulebook, instanceOf('berlin'))(regionId('ohio'))?.mode).toBe('compliance');
});

test('a region that is no longer listed has no rules, so that only what the lock says itself counts', () => {
  const lockOf = locksOf(worldOf({ ...governance, retention: { keepFor: '9d' } }), instanceOf('berlin'));
  expect(lockOf(regionId('oslo'))).toEqual({ mode: 'governance', lengthMs: null });
  expect(locksOf(worldOf(compliance), instanceOf('berlin'))(regionId('oslo'))).toEqual({ mode: 'compliance', lengthMs: 2 * dayMs });
});

describe('a lock without a length', () => {
  const able = { objectLock: true, versioning: true, serverSideCopy: true, location: null, probedAt: minute(0) };
  const unboundedIn = (rulebook: ReturnType<typeof worldOf>, probed: readonly string[] = ['berlin', 'ohio']) => {
    const capabilities = new Map(probed.map((region) => [regionId(region), able]));
    return decide({ rulebook, capabilities, health: new Map(), now: minute(60) }, instanceOf('berlin')).unboundedLocks;
  };
  const archive = { id: 'archive', select: { regions: ['ohio'] }, keep: { for: '30d' } };

  test('is found in the regions where copies may come to lie, whether their stores were tried or not', () => {
    const rulebook = worldOf(governance, JSON.parse(JSON.stringify([archive])));
    expect(unboundedIn(rulebook)).toEqual(['berlin']);
    expect(unboundedIn(rulebook, [])).toEqual(['berlin']);
    expect(unboundedIn(worldOf(governance)).toSorted()).toEqual(['berlin', 'ohio']);
  });

  test('is none of the affairs of a region where no copy may be', () => {
    const confined = { placement: { copies: 1, jurisdictions: ['US'] }, ...governance };
    expect(unboundedIn(worldOf(confined, JSON.parse(JSON.stringify([archive]))))).toEqual([]);
  });

  test('is not found where there is no lock, or one with a length', () => {
    expect(unboundedIn(worldOf({}))).toEqual([]);
    expect(unboundedIn(worldOf(compliance))).toEqual([]);
    expect(unboundedIn(worldOf({ lock: { regions: { ohio: { mode: 'governance', for: '1d' } } } }))).toEqual([]);
  });
});
