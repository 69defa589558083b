import {
  type Instance,
  instanceSchema,
  type PlacementCapability,
  type ProbedCapabilities,
  placementCapabilities,
  purposes,
  type RegionId,
  type Rulebook,
} from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: worlds are drawn for tests alone
import fc from 'fast-check';
import { minute, regionId, rulebookOf } from '../src/samples.ts';

/** Random rulebooks and instances for property tests. Few names, jurisdictions and classes, so that they often meet. */
export const regionNames = ['alfa', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel'] as const;
const leaves = ['AA', 'BB', 'CC', 'DD'] as const;
const tags = [...leaves, 'UNION', 'WORLD'] as const;
const dataClasses = ['plain', 'health', 'card'] as const;
const engines = ['postgres', 'mysql'] as const;

const some = <Value>(values: readonly Value[], minLength = 0, maxLength = values.length) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength, maxLength });
/** Mostly absent keys. */
const maybe = <Values extends object>(model: { [Key in keyof Values]: fc.Arbitrary<Values[Key]> }) =>
  fc.record(model, { requiredKeys: [] });

const place = fc.constantFrom({ latitude: 52, longitude: 13 }, { latitude: 48, longitude: 2 }, { latitude: 39, longitude: -77 });

/** One region of any kind, under a name. */
export const drawRegion = (name: string) =>
  fc
    .tuple(
      fc.record({
        jurisdictions: some(leaves, 1, 2),
        status: fc.oneof(
          { arbitrary: fc.constant('active' as const), weight: 5 },
          fc.constantFrom('draining' as const, 'disabled' as const),
        ),
        partners: some(regionNames, 0, 2),
      }),
      maybe({ provider: fc.constantFrom('one', 'two'), coordinates: place }),
    )
    .map(([always, sometimes]) => ({ id: name, store: { kind: 'memory' }, ...always, ...sometimes }));

const drawSelector = fc.oneof(
  fc.constant(undefined),
  some(dataClasses, 1).map((classes) => ({ dataClasses: classes })),
  some(engines, 1).map((names) => ({ engines: names })),
  some(regionNames, 1).map((homes) => ({ homes })),
  fc.constantFrom('shop*', '*', '*-1', 'shop-1').map((name) => ({ names: [name] })),
  fc.constant({ labels: { tier: 'gold' } }),
);

/** One policy of any kind, under a name. */
export const drawPolicy = (name: string) =>
  fc
    .record({
      select: drawSelector,
      placement: maybe({
        copies: fc.integer({ min: 1, max: 6 }),
        prefer: some(regionNames, 0, 3),
        jurisdictions: some(tags, 1),
        synchronousMinimum: fc.integer({ min: 1, max: 4 }),
        spares: fc.integer({ min: 0, max: 3 }),
        constraints: maybe({
          minimumDistanceKm: fc.constantFrom(500, 3000),
          differentJurisdiction: fc.boolean(),
          differentProvider: fc.boolean(),
          sameJurisdiction: fc.boolean(),
          capabilities: some(placementCapabilities),
        }),
      }),
    })
    .map(({ select, placement }) => ({ id: name, placement, ...(select === undefined ? {} : { select }) }));

const drawZone = fc.record({ allow: some([...tags, ...regionNames], 1, 5), forbid: some([...tags, ...regionNames], 0, 2) });

/** One residency policy of any kind, under a name. */
export const drawResidency = (name: string) =>
  fc
    .tuple(fc.record({ dataClasses: some(dataClasses, 1), data: drawZone }), maybe({ keys: drawZone, restore: drawZone, drill: drawZone }))
    .map(([always, sometimes]) => ({ id: name, ...always, ...sometimes }));

const drawException = (name: string) =>
  fc
    .tuple(
      fc.record({
        regions: some(regionNames, 1, 2).map((names) => names.map(regionId)),
        purposes: some(purposes, 1),
        expires: fc.constantFrom(minute(5), minute(20)),
      }),
      maybe({ instances: fc.constant<string[]>(['shop-1']), dataClasses: some(dataClasses, 1) }),
    )
    .map(([always, sometimes]) => ({ id: name, reason: 'as drawn', grantedBy: 'somebody', ...always, ...sometimes }));

/** From none to `most` entries, named `prefix-0`, `prefix-1`, ... */
const several = <Entry>(prefix: string, most: number, draw: (name: string) => fc.Arbitrary<Entry>) =>
  fc.integer({ min: 0, max: most }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => draw(`${prefix}-${index}`))));

const drawRulebook = fc
  .record({
    jurisdictions: fc.constantFrom<Rulebook['jurisdictions'][]>(
      {},
      { UNION: { contains: ['AA', 'BB'] }, WORLD: { contains: ['UNION', 'CC'] } },
    ),
    regions: some(regionNames, 1).chain((names) => fc.tuple(...names.map(drawRegion))),
    engines: fc.oneof(
      fc.constant({}),
      some(regionNames, 1, 3).map((prefer) => ({ postgres: { prefer } })),
    ),
    policies: several('policy', 4, drawPolicy),
    residency: several('residency', 3, drawResidency),
    exceptions: several('exception', 2, drawException),
  })
  .map(rulebookOf);

const drawInstance: fc.Arbitrary<Instance> = fc
  .record({
    id: fc.constantFrom('shop-1', 'shop-2', 'ledger'),
    home: fc.constantFrom(...regionNames),
    engine: fc.constantFrom(...engines),
    dataClass: fc.constantFrom(...dataClasses),
    labels: fc.constantFrom({}, { tier: 'gold' }),
    policy: fc.constantFrom('policy-0', 'policy-9'),
  })
  .map((facts) => instanceSchema.parse({ ...facts, connection: 'env:SHOP_URL' }));

const drawProbe: fc.Arbitrary<ProbedCapabilities> = fc
  .record(
    Object.fromEntries(placementCapabilities.map((name) => [name, fc.boolean()])) as Record<PlacementCapability, fc.Arbitrary<boolean>>,
  )
  .map((can) => ({ ...can, location: null, probedAt: minute(1) }));

export interface World {
  rulebook: Rulebook;
  instance: Instance;
  capabilities: ReadonlyMap<RegionId, ProbedCapabilities>;
  now: Date;
}

export const drawWorld: fc.Arbitrary<World> = fc.record({
  rulebook: drawRulebook,
  instance: drawInstance,
  capabilities: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...regionNames).map(regionId), drawProbe), { selector: ([name]) => name })
    .map((entries) => new Map(entries)),
  now: fc.constant(minute(10)),
});
