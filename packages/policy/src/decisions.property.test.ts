import { copyTransitions, type Instance, type Policy, type RegionHealth, type RegionId, regionHealthStates } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getStorageRegions } from './placement/get-storage-regions.ts';
import { planRepairs, type RepairInput } from './repair/plan-repairs.ts';
import { repairKey } from './repair/wanted-run.ts';
import { rankSources } from './restore/rank-sources.ts';
import { copyOf, instanceOf, minute, pointOf, policyOf, regionId, regionOf } from './samples.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.nat(), 1)[0] ?? 0;

/** Random worlds for the property tests of this package. Few names and jurisdictions, so that they often meet. */
const names = ['alfa', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel'];
const jurisdictions = ['AA', 'BB', 'CC', 'DD'];
const someJurisdictions = fc.uniqueArray(fc.constantFrom(...jurisdictions), { minLength: 1 });

const regionsArbitrary = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...names), tags: someJurisdictions }), { selector: ({ name }) => name })
  .map((entries) => entries.map(({ name, tags }) => regionOf(name, ...tags)));

const policyArbitrary: fc.Arbitrary<Policy> = fc
  .record({
    copies: fc.integer({ min: 1, max: 6 }),
    prefer: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 }),
    jurisdictions: someJurisdictions,
    synchronousMinimum: fc.integer({ min: 1, max: 4 }),
  })
  .map(policyOf);

const instanceArbitrary: fc.Arbitrary<Instance> = fc.constantFrom(...names).map(instanceOf);

const placementInputArbitrary = fc.record({ instance: instanceArbitrary, policy: policyArbitrary, regions: regionsArbitrary });

const copyStates = Object.keys(copyTransitions) as (keyof typeof copyTransitions)[];
const failureRules = ['store.unreachable', 'format.segment-corrupt', 'copy-damaged'];

const copiesArbitrary = fc
  .uniqueArray(
    fc.record({
      region: fc.constantFrom(...names),
      state: fc.constantFrom(...copyStates),
      rule: fc.constantFrom(...failureRules),
      nextAttemptAt: fc.option(fc.integer({ min: 0, max: 20 }).map(minute)),
    }),
    { selector: ({ region }) => region },
  )
  .map((entries) =>
    entries.map(({ region, state, rule, nextAttemptAt }) => copyOf(region, state, { reason: { rule, text: 'as drawn' }, nextAttemptAt })),
  );

const healthArbitrary: fc.Arbitrary<Map<RegionId, RegionHealth>> = fc
  .dictionary(fc.constantFrom(...names), fc.constantFrom(...regionHealthStates))
  .map((states) => new Map(Object.entries(states).map(([name, state]) => [regionId(name), { state, reason: 'as drawn', since: null }])));

describe(`placement, under any input (seed ${seed})`, () => {
  const check = (holds: (input: Parameters<typeof getStorageRegions>[0]) => void) =>
    fc.assert(fc.property(placementInputArbitrary, holds), { seed, numRuns: 500 });

  test(`no region outside the allowed jurisdictions is ever placed or spare`, () => {
    check((input) => {
      const { placed, spares } = getStorageRegions(input);
      for (const { region } of [...placed, ...spares]) {
        const facts = input.regions.find(({ id }) => id === region);
        expect(facts?.jurisdictions.some((tag) => (input.policy.placement.jurisdictions ?? []).includes(tag))).toBe(true);
      }
    });
  });

  test(`every region appears exactly once, with a reason`, () => {
    check((input) => {
      const { placed, spares, excluded } = getStorageRegions(input);
      const all = [...placed, ...spares, ...excluded];
      expect(all.map(({ region }) => region).sort()).toEqual(input.regions.map(({ id }) => id).sort());
      for (const { reason } of all) expect([reason.rule, reason.text]).not.toContain('');
    });
  });

  test('the order in which regions are given does not matter', () => {
    const shuffled = placementInputArbitrary.chain((input) =>
      fc.tuple(fc.constant(input), fc.shuffledSubarray(input.regions, { minLength: input.regions.length })),
    );
    fc.assert(
      fc.property(shuffled, ([input, regions]) => {
        expect(getStorageRegions({ ...input, regions })).toEqual(getStorageRegions(input));
      }),
      { seed, numRuns: 500 },
    );
  });

  test(`there are never more copies than demanded, and fewer only with an unmet demand`, () => {
    check((input) => {
      const { placed, unmet } = getStorageRegions(input);
      expect(placed.length).toBeLessThanOrEqual(input.policy.placement.copies);
      if (placed.length < input.policy.placement.copies) expect(unmet).not.toEqual([]);
      if (unmet.length === 0) expect(placed[0]).toMatchObject({ region: input.instance.home, role: 'primary' });
    });
  });

  test(`a region that is forbidden, or that comes last, changes nothing in what is placed when demands were met`, () => {
    check((input) => {
      const before = getStorageRegions(input);
      const forbidden = getStorageRegions({ ...input, regions: [...input.regions, regionOf('aaa', 'ZZ')] });
      expect(forbidden.placed).toEqual(before.placed);
      expect(forbidden.spares).toEqual(before.spares);
      const last = regionOf('zzz', ...(input.policy.placement.jurisdictions ?? []));
      if (before.placed.length === input.policy.placement.copies) {
        expect(getStorageRegions({ ...input, regions: [...input.regions, last] }).placed).toEqual(before.placed);
      }
    });
  });
});

describe(`repairs, under any input (seed ${seed})`, () => {
  const worldArbitrary = fc
    .record({ input: placementInputArbitrary, copies: copiesArbitrary, health: healthArbitrary, minutes: fc.integer({ min: 0, max: 20 }) })
    .map(({ input, copies, health, minutes }) => {
      const placement = getStorageRegions(input);
      const world: RepairInput = {
        points: [{ point: pointOf(), instance: input.instance.id, placement, copies, activeRuns: [] }],
        health,
        now: minute(minutes),
      };
      return { world, placement, copies, health };
    });

  const check = (holds: (drawn: typeof worldArbitrary extends fc.Arbitrary<infer T> ? T : never) => void) =>
    fc.assert(fc.property(worldArbitrary, holds), { seed, numRuns: 1000 });

  test(`a run is wanted only in a placed region that is up`, () => {
    check(({ world, placement, health }) => {
      for (const { region } of planRepairs(world).runs) {
        expect(placement.placed.map((place) => place.region)).toContain(region);
        expect(health.get(region)?.state).toBe('up');
      }
    });
  });

  test(`every placed copy that is not verified is a run or a note, never both, never silent`, () => {
    check(({ world, placement, copies }) => {
      const { runs, notes } = planRepairs(world);
      for (const { region } of placement.placed) {
        const isVerified = copies.some((copy) => copy.region === region && copy.state === 'verified');
        const mentions = [...runs, ...notes].filter((entry) => entry.region === region).length;
        expect(mentions).toBe(isVerified ? 0 : 1);
      }
    });
  });

  test(`once the wanted runs are active, nothing more is wanted`, () => {
    check(({ world }) => {
      const { runs } = planRepairs(world);
      expect(planRepairs(world).runs).toEqual(runs);
      const points = world.points.map((point) => ({ ...point, activeRuns: runs.map((run) => run.dedupeKey) }));
      expect(planRepairs({ ...world, points }).runs).toEqual([]);
      for (const run of runs) expect(run.dedupeKey).toBe(repairKey(run.purpose, run.point, run.region));
    });
  });

  test(`nothing is wanted when every placed copy is verified`, () => {
    check(({ world, placement }) => {
      const copies = placement.placed.map(({ region }) => copyOf(region, 'verified'));
      expect(planRepairs({ ...world, points: world.points.map((point) => ({ ...point, copies })) })).toEqual({ runs: [], notes: [] });
    });
  });
});

describe(`the ranking of sources, under any input (seed ${seed})`, () => {
  test('no excluded, dead or illegal region is ever ranked, and ranks count from 1', () => {
    const drawn = fc.record({ world: placementInputArbitrary, copies: copiesArbitrary, health: healthArbitrary });
    fc.assert(
      fc.property(drawn, ({ world, copies, health }) => {
        const input = { ...world, point: pointOf(), target: world.instance.home, copies, health };
        const { ranking, excluded } = rankSources(input);
        expect([...ranking, ...excluded].map(({ region }) => region).sort()).toEqual(copies.map(({ region }) => region).sort());
        expect(ranking.map(({ rank }) => rank)).toEqual(ranking.map((_, index) => index + 1));
        for (const { region } of ranking) {
          expect(health.get(region)?.state).not.toBe('down');
          const tags = world.regions.find(({ id }) => id === region)?.jurisdictions ?? [];
          expect(tags.some((tag) => (world.policy.placement.jurisdictions ?? []).includes(tag))).toBe(true);
        }
        expect(rankSources({ ...input, copies: [...copies].reverse() })).toEqual({ ranking, excluded });
      }),
      { seed, numRuns: 500 },
    );
  });
});
