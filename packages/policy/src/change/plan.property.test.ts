import { type CopyState, type HeldPoint, type RegionId, type Rulebook, rulebookSchema } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayUse } from '../residency/may-use.ts';
import { sampleCapabilities, sampleHealth, sampleInstances, sampleNow, sampleRulebook } from '../sample-fleet.ts';
import { decide } from '../situation/decide.ts';
import type { PlannedInstance, Situation } from '../situation/situation.ts';
import { type FleetPlan, startFleetPlan } from './fleet-plan.ts';
import { sampleHolding } from './sample-holdings.ts';
import { supposeInstance } from './simulate.ts';

const today: Situation = { rulebook: sampleRulebook, capabilities: sampleCapabilities, health: sampleHealth, now: sampleNow };
const regionIds = sampleRulebook.regions.map(({ id }) => id);
const states: CopyState[] = ['planned', 'copying', 'stored', 'verified', 'verified', 'verified', 'failed', 'blocked'];

/** Copies that have strayed: any region, any state. */
const strayCopies = fc.array(fc.record({ region: fc.constantFrom(...regionIds), state: fc.constantFrom(...states) }), { maxLength: 4 });

/** An edit of the sample: other zones, other numbers of copies, regions gone, draining or disabled, an instance moved. */
const worlds = fc.record({
  zones: fc.array(fc.subarray(['EEA', 'EU', 'DE', 'CH', 'UK', 'US', 'CA', 'JP'], { minLength: 1 }), { minLength: 4, maxLength: 4 }),
  copies: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 7, maxLength: 7 }),
  gone: fc.subarray(regionIds, { maxLength: 3 }),
  resting: fc.dictionary(fc.constantFrom(...regionIds), fc.constantFrom('draining', 'disabled'), { maxKeys: 3 }),
  instance: fc.constantFrom(...sampleInstances),
  home: fc.option(fc.constantFrom(...regionIds), { nil: null }),
  strays: fc.array(strayCopies, { minLength: 1, maxLength: 6 }),
});
type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

const edit = ({ zones, copies, gone, resting }: World): Rulebook =>
  rulebookSchema.parse({
    ...sampleRulebook,
    regions: sampleRulebook.regions
      .filter(({ id }) => !gone.includes(id))
      .map((region) => ({ ...region, status: resting[region.id] ?? region.status })),
    policies: sampleRulebook.policies.map((policy, index) => ({
      ...policy,
      placement: { ...policy.placement, copies: copies[index], synchronousMinimum: 1 },
    })),
    residency: sampleRulebook.residency.map((policy, index) => ({ ...policy, data: { ...policy.data, allow: zones[index] ?? ['EU'] } })),
  });

interface Case {
  before: PlannedInstance;
  after: PlannedInstance;
  situation: Situation;
  points: HeldPoint[];
}

function caseOf(world: World): Case {
  const before = world.instance;
  const after = world.home === null ? before : supposeInstance(before, { moved: new Map([[before.id, world.home]]) });
  const points = sampleHolding(today, before, world.strays.length).map((point, index): HeldPoint => {
    const strays = new Map((world.strays[index] ?? []).map((stray) => [stray.region, stray.state]));
    const kept = point.copies.filter(({ region }) => !strays.has(region));
    const more = [...strays].map(([region, state]) => copyOf(region, state, point));
    return { ...point, copies: [...kept, ...more] };
  });
  return { before, after, situation: { ...today, rulebook: edit(world) }, points };
}

const copyOf = (region: RegionId, state: CopyState, { capturedAtMs }: HeldPoint): HeldPoint['copies'][number] => ({
  region,
  state,
  sinceMs: capturedAtMs,
  verifiedAtMs: state === 'verified' ? sampleNow.getTime() : null,
});

function planOf(from: Situation, to: Situation, before: PlannedInstance, after: PlannedInstance, points: HeldPoint[]): FleetPlan {
  const planner = startFleetPlan(from, to);
  planner.add({ before, after, points });
  return planner.result();
}

const isLegal = ({ situation, after }: Case, region: RegionId, existing: boolean): boolean => {
  const { policy } = decide(situation, after);
  return mayUse({ ...situation, instance: after, policy, region, purpose: 'data', existing }).allowed;
};

/** What the workers would do, written without the planner: copies are made from whole legal ones, and illegal bytes go once all are verified. */
function carryOut(one: Case): HeldPoint[] {
  const { placement } = decide(one.situation, one.after);
  const placed = placement.placed.map(({ region }) => region);
  return one.points.map((point) => {
    const whole = point.copies.filter(({ region, state }) => (state === 'verified' || state === 'stored') && isLegal(one, region, true));
    if (whole.length === 0) return point;
    const made = placed.map((region) => copyOf(region, 'verified', point));
    const others = point.copies.filter(({ region }) => !placed.includes(region) && isLegal(one, region, true));
    return { ...point, copies: [...made, ...others] };
  });
}

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const check = (property: fc.IProperty<[World]>): void => fc.assert(property, { seed, numRuns: 150 });

describe(`plans, seed ${seed}`, () => {
  test('a plan that was carried out leaves nothing to plan', () => {
    check(
      fc.property(worlds, (world) => {
        const one = caseOf(world);
        const again = planOf(one.situation, one.situation, one.after, one.after, carryOut(one));
        expect(again.instances).toEqual([]);
        // A point of which no legal copy is whole cannot be copied: it stays owed, and says so.
        const stuck = one.points.some(
          ({ copies }) => !copies.some(({ region, state }) => (state === 'verified' || state === 'stored') && isLegal(one, region, true)),
        );
        if (!stuck) expect(again.sum).toMatchObject({ copiesToMake: [], illegalCopies: [], debts: { after: 0 }, bytesToMove: 0 });
      }),
    );
  });

  test('the plan makes what is demanded and missing, and only where copies may be', () => {
    check(
      fc.property(worlds, (world) => {
        const one = caseOf(world);
        const { sum } = planOf(today, one.situation, one.before, one.after, one.points);
        const placed = decide(one.situation, one.after).placement.placed.map(({ region }) => region);
        const missing = placed.flatMap((region) =>
          one.points.filter(
            ({ copies }) => !copies.some((copy) => copy.region === region && (copy.state === 'verified' || copy.state === 'stored')),
          ),
        );
        expect(sum.copiesToMake.reduce((total, { points }) => total + points, 0)).toBe(missing.length);
        for (const { region } of sum.copiesToMake) expect(isLegal(one, region, false), region).toBe(true);
      }),
    );
  });

  test('nothing illegal is counted as protecting: neither restorable, nor paid for, nor a reason against a debt', () => {
    check(
      fc.property(worlds, (world) => {
        const one = caseOf(world);
        const lawful = one.points.map((point) => ({ ...point, copies: point.copies.filter(({ region }) => isLegal(one, region, true)) }));
        const withStrays = planOf(today, one.situation, one.before, one.after, one.points).sum;
        const without = planOf(today, one.situation, one.before, one.after, lawful).sum;
        expect(withStrays.restorable.after).toBe(without.restorable.after);
        expect(withStrays.debts.after).toBe(without.debts.after);
        expect(withStrays.monthlyCost.after).toBeCloseTo(without.monthlyCost.after, 6);
        const usable = lawful.filter(({ copies }) => copies.some(({ state }) => state === 'verified'));
        expect(withStrays.restorable.after).toBe(usable.length);
        expect(without.illegalCopies).toEqual([]);
      }),
    );
  });

  test('a change that takes every legal copy of the newest restorable point away is refused, and no other', () => {
    check(
      fc.property(worlds, (world) => {
        const one = caseOf(world);
        const { refusals } = planOf(today, one.situation, one.before, one.after, one.points);
        const placedAfter = decide(one.situation, one.after).placement.placed;
        const newest = one.points.find(({ copies }) => copies.some(({ state }) => state === 'verified'));
        const verified = (newest?.copies ?? []).filter(({ state }) => state === 'verified').map(({ region }) => region);
        const wasLegal = verified.some((region) => isLegal({ ...one, situation: today, after: one.before }, region, true));
        const lost = wasLegal && !verified.some((region) => isLegal(one, region, true));
        expect(refusals.length > 0).toBe(lost || placedAfter.length === 0);
      }),
    );
  });

  test('a copy that was removed is neither made nor paid for where it is demanded again, and that is said', () => {
    const [instance] = sampleInstances;
    if (instance === undefined) throw new RangeError('the sample is empty');
    const { placement } = decide(today, instance);
    const [, second] = placement.placed.map(({ region }) => region);
    if (second === undefined) throw new RangeError('the sample demands one copy');
    const points = sampleHolding(today, instance, 3).map((point) => ({
      ...point,
      copies: [...point.copies.filter(({ region }) => region !== second), copyOf(second, 'deleted', point)],
    }));
    const without = { ...sampleRulebook, regions: sampleRulebook.regions.filter(({ id }) => id !== second) };
    const plan = planOf({ ...today, rulebook: without }, today, instance, instance, points);
    expect(plan.sum.copiesToMake.filter(({ region, already }) => region === second && already === 0)).toEqual([]);
    expect(plan.instances[0]?.newlyUnmet.map(({ rule, text }) => [rule, text])).toContainEqual([
      'copy-removed',
      `copies of 3 points were removed in ${second} and are not made again; new points go there`,
    ]);
    const never = planOf({ ...today, rulebook: without }, today, instance, instance, []);
    expect(never.instances.flatMap(({ newlyUnmet }) => newlyUnmet.map(({ rule }) => rule))).not.toContain('copy-removed');
  });
});
