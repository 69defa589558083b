import { copyTransitions, durationSchema, type HeldPoint, instanceIdSchema, type RegionHealth, type RegionId } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minute, regionId } from '../samples.ts';
import { planVerifications } from './plan-verifications.ts';

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const [instance, every] = [instanceIdSchema.parse('shop'), durationSchema.parse('30d')];
const now = new Date('2027-06-01T00:00:00Z');
const day = 86_400_000;
const regions = ['berlin', 'dublin', 'ohio'].map(regionId);
const up = new Map<RegionId, RegionHealth>(regions.map((id) => [id, { state: 'up', reason: 'r', since: minute(0) }]));
const allowed = { allowed: true, reason: { rule: 'allowed', text: 'allowed' } };
const pointOf = (number: number, copies: HeldPoint['copies']): HeldPoint => ({
  id: `rp_${String(number).padStart(26, '0')}` as HeldPoint['id'],
  ...{ state: 'complete', capturedAtMs: 0, completedAtMs: 0, storedBytes: 1, copies },
});
const verifiedAt = (region: RegionId, ageDays: number) => ({
  ...{ region, state: 'verified' as const, sinceMs: 0, verifiedAtMs: now.getTime() - ageDays * day },
});
const plan = (points: HeldPoint[], changes: Partial<Parameters<typeof planVerifications>[0]> = {}) =>
  planVerifications({ instance, points, every, mayHold: () => allowed, health: up, now, ...changes });

describe(`copies that are read again (seed ${seed})`, () => {
  const arbitraryCopy = fc.record({
    region: fc.constantFrom(...regions),
    state: fc.constantFrom(...(Object.keys(copyTransitions) as (keyof typeof copyTransitions)[])),
    // Not fc.double: most of its values are next to nothing.
    ageDays: fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours / 24),
  });
  test('a verified copy is read again before it is as old as the policy allows, never while it is young, and nothing else is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(arbitraryCopy, { selector: ({ region }) => region, maxLength: 3 }), fc.nat(1_000), (drawn, number) => {
        const copies = drawn.map(({ region, state, ageDays }) => ({ ...verifiedAt(region, ageDays), state }));
        const wanted = new Set(plan([pointOf(number, copies)]).map(({ region }) => region));
        for (const { region, state, ageDays } of drawn) {
          if (state !== 'verified' || ageDays < 30 * 0.75) expect(wanted.has(region)).toBe(false);
          else if (ageDays >= 30 * 0.95) expect(wanted.has(region)).toBe(true);
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});

test('what was verified together comes due over days, and each copy at a moment that stays the same', () => {
  const points = Array.from({ length: 1_000 }, (_, number) => pointOf(number, [verifiedAt(regions[0] as RegionId, 0)]));
  const dueBy = (days: number) => plan(points, { now: new Date(now.getTime() + days * day) }).length;
  const counts = [22, 24, 25.5, 27, 29].map(dueBy);
  expect(counts[0]).toBe(0);
  expect(counts[4]).toBe(1_000);
  for (const [index, share] of [0.25, 0.5, 0.75].entries()) {
    expect(counts[index + 1]).toBeGreaterThan(1_000 * (share - 0.08));
    expect(counts[index + 1]).toBeLessThan(1_000 * (share + 0.08));
  }
  expect(dueBy(25.5)).toBe(counts[2]);
});

test('the longest due goes first; what is in a region that is not up, or where no copy may be, is left alone', () => {
  const [first, second, third] = regions as [RegionId, RegionId, RegionId];
  const point = pointOf(7, [verifiedAt(first, 40), verifiedAt(second, 60), verifiedAt(third, 50)]);
  const order = (changes: Parameters<typeof plan>[1]) => plan([point], changes).map(({ region }) => region);
  expect(order({})).toEqual([second, third, first]);
  expect(order({ health: new Map([...up].filter(([id]) => id !== third)) })).toEqual([second, first]);
  expect(order({ mayHold: (region) => ({ ...allowed, allowed: region !== second }) })).toEqual([third, first]);
});
