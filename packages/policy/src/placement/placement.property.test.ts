import { purposes, type Rulebook } from '@cbcr/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowedNaively, mayStayNaively, placeNaively } from '../../test/naive-placement.ts';
import { drawPolicy, drawRegion, drawResidency, drawWorld, type World } from '../../test/random-worlds.ts';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { mayUse } from '../residency/may-use.ts';
import { rulebookOf } from '../samples.ts';
import { getStorageRegions } from './get-storage-regions.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const place = (world: World) => getStorageRegions({ ...world, policy: resolvePolicy(world.rulebook, world.instance).policy });
const idsOf = (entries: readonly { region: string }[]) => entries.map(({ region }) => region);
const withRulebook = (world: World, change: Partial<Rulebook>): World => ({ ...world, rulebook: { ...world.rulebook, ...change } });

const check = (holds: (world: World) => void) => fc.assert(fc.property(drawWorld, holds), { seed, numRuns: 1000 });

describe(`placement, under any rulebook (seed ${seed})`, () => {
  test('it is what the rules say when they are written down a second time', () => {
    check((world) => {
      const { placed, spares, excluded, unmet } = place(world);
      const found = { placed: idsOf(placed), spares: idsOf(spares), excluded: idsOf(excluded), unmet: unmet.map(({ rule }) => rule) };
      expect(found).toEqual(placeNaively(world));
    });
  });

  test('no region outside the allowed set is ever placed or spare', () => {
    check((world) => {
      const { placed, spares } = place(world);
      for (const { region } of [...placed, ...spares]) expect(isAllowedNaively(world, region)).toBe(true);
    });
  });

  test('every region is placed, spare or excluded, once, with a rule and a sentence', () => {
    check((world) => {
      const { placed, spares, excluded, unmet } = place(world);
      const all = [...placed, ...spares, ...excluded];
      expect(idsOf(all).sort()).toEqual(world.rulebook.regions.map(({ id }) => id).sort());
      for (const reason of [...all.map((entry) => entry.reason), ...unmet]) {
        expect(reason.rule).toMatch(/^[a-z-]+$/);
        expect(reason.text).toMatch(/.{10,}/);
        expect(reason.text).not.toMatch(/undefined|NaN|\[object|, ;|: ;|; ;|; or ;|^;|;$| {2}/);
      }
    });
  });

  test('what is excluded says whether a copy may stay there', () => {
    check((world) => {
      for (const { region, legal } of place(world).excluded) expect([region, legal]).toEqual([region, mayStayNaively(world, region)]);
    });
  });

  test('the order in which things are written does not matter', () => {
    const reversed = ({ regions, policies, residency, exceptions, jurisdictions }: Rulebook) => ({
      regions: regions.toReversed(),
      policies: policies.toReversed(),
      residency: residency.toReversed(),
      exceptions: exceptions.toReversed(),
      jurisdictions: Object.fromEntries(Object.entries(jurisdictions).toReversed()),
    });
    check((world) => {
      const turned = withRulebook(world, reversed(world.rulebook));
      expect(resolvePolicy(turned.rulebook, turned.instance)).toEqual(resolvePolicy(world.rulebook, world.instance));
      expect(place(turned)).toEqual(place(world));
      expect(place(world)).toEqual(place(world));
    });
  });

  test('a region that is excluded changes nothing else; one that is not displaces at most one copy, which becomes a spare', () => {
    const grown = fc.tuple(
      drawWorld,
      drawRegion('india').map((region) => rulebookOf({ regions: [region] }).regions),
    );
    fc.assert(
      fc.property(grown, ([world, added]) => {
        const before = place(world);
        const after = place(withRulebook(world, { regions: [...world.rulebook.regions, ...added] }));
        const isExcluded = idsOf(after.excluded).includes('india');
        const gone = idsOf(before.placed).filter((region) => !idsOf(after.placed).includes(region));
        if (isExcluded) {
          expect(after.placed).toEqual(before.placed);
          expect(after.spares).toEqual(before.spares);
          expect(after.excluded.filter(({ region }) => region !== 'india')).toEqual(before.excluded);
        } else expect(gone.length).toBeLessThanOrEqual(idsOf(after.placed).includes('india') ? 1 : 0);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('removing a region that is nobody’s home moves only the copy that stood there', () => {
    check((world) => {
      const before = place(world);
      for (const gone of world.rulebook.regions.filter(({ id }) => id !== world.instance.home)) {
        const after = place(withRulebook(world, { regions: world.rulebook.regions.filter(({ id }) => id !== gone.id) }));
        const stayed = before.placed.filter(({ region }) => region !== gone.id);
        expect(idsOf(after.placed).slice(0, stayed.length)).toEqual(idsOf(stayed));
        if (stayed.length === before.placed.length) expect(after.placed).toEqual(before.placed);
        expect(after.placed.length).toBeLessThanOrEqual(before.placed.length);
      }
    });
  });
});

describe(`permission, under any rulebook (seed ${seed})`, () => {
  const allowedFor = (world: World) => {
    const { policy } = resolvePolicy(world.rulebook, world.instance);
    return purposes.flatMap((purpose) =>
      world.rulebook.regions.flatMap(({ id }) => (mayUse({ ...world, policy, region: id, purpose }).allowed ? [`${purpose} ${id}`] : [])),
    );
  };

  test('a copy may stay where the rules say so when they are written down a second time, for every purpose', () => {
    check((world) => {
      const { policy } = resolvePolicy(world.rulebook, world.instance);
      for (const purpose of purposes) {
        for (const { id } of world.rulebook.regions) {
          const { allowed } = mayUse({ ...world, policy, region: id, purpose, existing: true });
          expect([id, purpose, allowed]).toEqual([id, purpose, mayStayNaively(world, id, purpose)]);
        }
      }
    });
  });

  test('one more policy, of either kind, never allows anything that was not allowed before', () => {
    const more = fc.tuple(
      drawWorld,
      fc.oneof(
        drawPolicy('policy-4').map((policy) => rulebookOf({ policies: [policy] })),
        drawPolicy('a-policy').map((policy) => rulebookOf({ policies: [{ ...policy, select: { names: ['*'] } }] })),
        drawResidency('a-residency').map((policy) => rulebookOf({ residency: [policy] })),
      ),
    );
    fc.assert(
      fc.property(more, ([world, { policies, residency }]) => {
        const { rulebook } = world;
        const stricter = { policies: [...rulebook.policies, ...policies], residency: [...rulebook.residency, ...residency] };
        const before = allowedFor(world);
        for (const allowed of allowedFor(withRulebook(world, stricter))) expect(before).toContain(allowed);
      }),
      { seed, numRuns: 1000 },
    );
  });
});
