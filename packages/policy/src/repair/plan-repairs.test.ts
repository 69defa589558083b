import type { Copy, RegionHealth, RegionId } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { getStorageRegions } from '../placement/get-storage-regions.ts';
import { copyOf, healthOf, instanceOf, minute, placeOf, pointId, pointOf, policyOf, regionId, regionOf, rulebookOf } from '../samples.ts';
import { nextAttemptAt } from './next-attempt-at.ts';
import { planRepairs } from './plan-repairs.ts';
import { repairKey } from './wanted-run.ts';

const regions = [regionOf('berlin', 'EU'), regionOf('dublin', 'EU'), regionOf('paris', 'EU'), regionOf('ohio', 'US')];
const instance = instanceOf('berlin');
const placement = getStorageRegions({
  instance,
  policy: policyOf({ copies: 2, jurisdictions: ['EU'], prefer: ['dublin'] }),
  rulebook: rulebookOf({ regions }),
  now: minute(0),
});
const allUp = healthOf({ up: ['berlin', 'dublin', 'paris', 'ohio'] });

const plan = (copies: Copy[], options: { health?: Map<RegionId, RegionHealth>; activeRuns?: string[]; state?: 'capturing' } = {}) =>
  planRepairs({
    points: [
      {
        point: pointOf(1, options.state ? { state: options.state } : {}),
        instance: instance.id,
        placement,
        copies,
        activeRuns: options.activeRuns ?? [],
      },
    ],
    health: options.health ?? allUp,
    now: minute(10),
  });
const wanted = (...input: Parameters<typeof plan>) =>
  plan(...input).runs.map(({ purpose, region, reason }) => [purpose, region, reason.rule]);
const noted = (...input: Parameters<typeof plan>) => plan(...input).notes.map(({ region, reason }) => [region, reason.rule]);
const home = copyOf('berlin', 'verified');

describe('what should exist and does not becomes a run', () => {
  test('nothing to do when every placed copy is verified', () => {
    expect(plan([home, copyOf('dublin', 'verified')])).toEqual({ runs: [], removals: [], notes: [] });
  });

  test('a stored copy is verified where it is', () => {
    expect(wanted([copyOf('berlin', 'stored'), copyOf('dublin', 'verified')])).toEqual([['verify-copy', 'berlin', 'not-verified']]);
  });

  test.each([
    ['planned', 'copy-planned'],
    ['failed', 'copy-failed'],
    ['blocked', 'copy-blocked'],
    ['copying', 'writer-gone'],
  ] as const)('a %s copy is made from another', (state, rule) => {
    expect(wanted([home, copyOf('dublin', state)])).toEqual([['make-copy', 'dublin', rule]]);
  });

  test('a placed region without any copy gets one', () => {
    expect(plan([home]).runs).toEqual([
      {
        purpose: 'make-copy',
        instance: 'shop',
        point: pointId(1),
        region: 'dublin',
        dedupeKey: `make-copy.${pointId(1)}.dublin`,
        reason: { rule: 'copy-missing', text: 'no copy was planned in dublin yet' },
      },
    ]);
  });

  test('a verified spare serves as the source', () => {
    expect(wanted([copyOf('paris', 'verified'), copyOf('berlin', 'failed'), copyOf('dublin', 'verified')])).toEqual([
      ['make-copy', 'berlin', 'copy-failed'],
    ]);
  });

  test('a point that is not complete is left to its capture', () => {
    expect(plan([copyOf('berlin', 'copying')], { state: 'capturing' })).toEqual({ runs: [], removals: [], notes: [] });
  });
});

describe('what cannot be done now stays a debt with its reason', () => {
  test('a region that is down or unknown gets no run', () => {
    const copies = [home, copyOf('dublin', 'failed')];
    expect(plan(copies, { health: healthOf({ up: ['berlin'], down: ['dublin'] }) })).toEqual({
      runs: [],
      removals: [],
      notes: [
        { point: pointId(1), region: 'dublin', since: minute(2), reason: { rule: 'region-not-up', text: 'dublin is down: it is down' } },
      ],
    });
    expect(noted(copies, { health: healthOf({ up: ['berlin'] }) })).toEqual([['dublin', 'region-not-up']]);
  });

  test('a copy that failed waits until its next attempt', () => {
    expect(noted([home, copyOf('dublin', 'failed', { nextAttemptAt: minute(11) })])).toEqual([['dublin', 'waiting-to-retry']]);
    expect(wanted([home, copyOf('dublin', 'failed', { nextAttemptAt: minute(10) })])).toHaveLength(1);
  });

  test('an active run for the copy is left alone, whether it makes or verifies', () => {
    const key = repairKey('make-copy', pointId(1), regionId('dublin'));
    expect(plan([home, copyOf('dublin', 'copying')], { activeRuns: [key] })).toEqual({ runs: [], removals: [], notes: [] });
    expect(plan([home, copyOf('dublin', 'stored')], { activeRuns: [key] })).toEqual({ runs: [], removals: [], notes: [] });
  });

  test('without a whole copy elsewhere there is nothing to copy from', () => {
    expect(noted([copyOf('berlin', 'failed'), copyOf('dublin', 'planned')])).toEqual([
      ['berlin', 'no-source'],
      ['dublin', 'no-source'],
    ]);
  });

  test('when every source is down the debt waits for one', () => {
    const health = healthOf({ up: ['dublin'], down: ['berlin'] });
    expect(noted([home, copyOf('dublin', 'planned')], { health })).toEqual([['dublin', 'sources-down']]);
  });

  test('a copy that was deleted or is expiring is not made again', () => {
    expect(noted([home, copyOf('dublin', 'deleted')])).toEqual([['dublin', 'copy-deleted']]);
    expect(noted([home, copyOf('dublin', 'expiring')])).toEqual([['dublin', 'copy-expiring']]);
  });
});

describe('trust', () => {
  const damaged = copyOf('dublin', 'failed', { reason: { rule: 'format.segment-corrupt', text: 'segment 3 is corrupt' } });

  test('a damaged copy is replaced from a verified copy', () => {
    expect(wanted([home, damaged])).toEqual([['make-copy', 'dublin', 'copy-damaged']]);
  });

  test('a damaged copy is not replaced from one that was never verified', () => {
    const stored = copyOf('berlin', 'stored');
    expect(noted([stored, damaged])).toEqual([['dublin', 'no-verified-source']]);
    expect(wanted([stored, damaged])).toEqual([['verify-copy', 'berlin', 'not-verified']]);
  });

  test('a copy outside the allowed set is never a source, and is reported', () => {
    const answer = [copyOf('ohio', 'verified'), copyOf('dublin', 'planned'), copyOf('berlin', 'failed')];
    expect(wanted(answer)).toEqual([]);
    expect(noted(answer)).toContainEqual(['ohio', 'copy-outside-allowed-set']);
  });

  test('a copy outside the allowed set goes only after every demanded copy is verified, and is reported all the while', () => {
    const legal = (state: 'stored' | 'verified') => [copyOf('berlin', 'verified'), copyOf('dublin', state)];
    const waiting = plan([...legal('stored'), copyOf('ohio', 'verified')]);
    expect(waiting.removals).toEqual([]);
    expect(waiting.notes[0]?.reason.text).toMatch(/ohio lies in US.*it stays until the copies in dublin are verified/);
    const ready = plan([...legal('verified'), copyOf('ohio', 'verified')]);
    expect(ready.removals).toMatchObject([{ region: 'ohio', instance: 'shop', reason: { rule: 'copy-outside-allowed-set' } }]);
    expect(ready.notes.map(({ region }) => region)).toEqual(['ohio']);
    expect(plan([...legal('verified'), copyOf('ohio', 'expiring')]).removals).toEqual([]);
    expect(plan([...legal('verified'), copyOf('ohio', 'deleted')])).toEqual({ runs: [], removals: [], notes: [] });
  });

  test('a copy in a region that is only draining is neither reported nor removed', () => {
    const drained = rulebookOf({ regions: [...regions.slice(0, 3), placeOf('ohio', { status: 'draining' })] });
    const policy = policyOf({ copies: 2, prefer: ['dublin'] });
    const kept = getStorageRegions({ instance, policy, rulebook: drained, now: minute(0) });
    const point = {
      point: pointOf(),
      instance: instance.id,
      activeRuns: [],
      placement: kept,
      copies: ['berlin', 'dublin', 'ohio'].map((region) => copyOf(region, 'verified')),
    };
    expect(planRepairs({ points: [point], health: new Map(), now: minute(10) })).toEqual({ runs: [], removals: [], notes: [] });
  });
});

test('the pause between attempts doubles from 15 s and ends at 30 minutes', () => {
  const pauses = [0, 1, 2, 3, 8, 9, 1000].map((attempts) => (nextAttemptAt(attempts, minute(0)).getTime() - minute(0).getTime()) / 1000);
  expect(pauses).toEqual([15, 15, 30, 60, 1800, 1800, 1800]);
});
