import { copyTransitions, linkKey, type RegionHealth, type RegionId, regionHealthStates } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowedNaively, mayStayNaively } from '../test/naive-placement.ts';
import { drawWorld, regionNames as names } from '../test/random-worlds.ts';
import { resolvePolicy } from './effective/resolve-policy.ts';
import { getStorageRegions } from './placement/get-storage-regions.ts';
import { planRepairs, type RepairInput } from './repair/plan-repairs.ts';
import { repairKey } from './repair/wanted-run.ts';
import { rankSources } from './restore/rank-sources.ts';
import { copyOf, minute, pointOf, regionId } from './samples.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

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

describe(`repairs, under any input (seed ${seed})`, () => {
  const worldArbitrary = fc
    .record({ drawn: drawWorld, copies: copiesArbitrary, health: healthArbitrary, minutes: fc.integer({ min: 0, max: 20 }) })
    .map(({ drawn, copies, health, minutes }) => {
      const { rulebook, instance } = drawn;
      const placement = getStorageRegions({ ...drawn, policy: resolvePolicy(rulebook, instance).policy });
      const world: RepairInput = {
        points: [{ point: pointOf(), instance: instance.id, placement, copies, activeRuns: [] }],
        health,
        now: minute(minutes),
      };
      return { drawn, world, placement, copies, health };
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

  test('no state of health makes a run in a region where the data may not be', () => {
    check(({ drawn, world }) => {
      for (const { region } of planRepairs(world).runs) expect(isAllowedNaively(drawn, region)).toBe(true);
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

  test('only a copy that may not be there is removed, and only when all that are demanded are verified', () => {
    check(({ drawn, world, placement, copies }) => {
      const { removals } = planRepairs(world);
      for (const { region } of removals) {
        expect(mayStayNaively(drawn, region)).toBe(false);
        for (const place of placement.placed) expect(copies.find((copy) => copy.region === place.region)?.state).toBe('verified');
        expect(placement.placed.length).toBeGreaterThan(0);
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
      expect(planRepairs({ ...world, points: world.points.map((point) => ({ ...point, copies })) })).toEqual({
        runs: [],
        removals: [],
        notes: [],
      });
    });
  });
});

/** Some links were measured, some in part, some not at all. */
const measuredBy = ({ length }: RegionId) => ({
  latencyMs: length % 3 === 0 ? null : length,
  bytesPerSecond: length % 2 === 0 ? null : length * 1e6,
  latencyAt: null,
  throughputAt: null,
});

describe(`the ranking of sources, under any input (seed ${seed})`, () => {
  test('no excluded, dead or illegal region is ever ranked, and ranks count from 1', () => {
    const worlds = fc.record({ drawn: drawWorld, copies: copiesArbitrary, health: healthArbitrary });
    fc.assert(
      fc.property(worlds, ({ drawn, copies, health }) => {
        const { policy } = resolvePolicy(drawn.rulebook, drawn.instance);
        const measured = new Map(copies.map(({ region }) => [linkKey(region, drawn.instance.home), measuredBy(region)]));
        const input = { ...drawn, policy, measured, point: pointOf(), target: drawn.instance.home, copies, health };
        const { ranking, excluded } = rankSources(input);
        expect([...ranking, ...excluded].map(({ region }) => region).sort()).toEqual(copies.map(({ region }) => region).sort());
        expect(ranking.map(({ rank }) => rank)).toEqual(ranking.map((_, index) => index + 1));
        for (const { region } of ranking) {
          expect(health.get(region)?.state).not.toBe('down');
          expect(mayStayNaively(drawn, region)).toBe(true);
        }
        expect(rankSources({ ...input, copies: [...copies].reverse() })).toEqual({ ranking, excluded });
      }),
      { seed, numRuns: 500 },
    );
  });
});
