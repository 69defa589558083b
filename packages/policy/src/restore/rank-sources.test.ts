import { linkKey } from '@cbcr/domain';
import { describe, expect, test } from 'vitest';
import { copyOf, healthOf, instanceOf, minute, pointOf, policyOf, regionId, regionOf, rulebookOf } from '../samples.ts';
import { checkRestoreTarget } from './check-restore-target.ts';
import { type RankingInput, rankSources } from './rank-sources.ts';

const regions = [regionOf('berlin', 'EU'), regionOf('dublin', 'EU'), regionOf('paris', 'EU'), regionOf('ohio', 'US')];
const rulebook = rulebookOf({ regions });
const policy = policyOf({ copies: 3, jurisdictions: ['EU'] });
const allUp = healthOf({ up: ['berlin', 'dublin', 'paris', 'ohio'] });
const rank = (input: Partial<RankingInput> & Pick<RankingInput, 'copies'>) =>
  rankSources({
    point: pointOf(),
    health: allUp,
    rulebook,
    measured: new Map(),
    now: minute(0),
    target: regionId('paris'),
    instance: instanceOf('berlin'),
    policy,
    ...input,
  });
const order = (...input: Parameters<typeof rank>) => rank(...input).ranking.map(({ region }) => region);
const linked = (links: Record<string, object>, prices: Record<string, number> = {}) =>
  rulebookOf({
    regions: regions.map((region) => {
      const egressPerGiB = prices[region.id];
      return egressPerGiB === undefined ? region : { ...region, prices: { storagePerGiBMonth: 0.02, egressPerGiB } };
    }),
    links: Object.entries(links).map(([from, facts]) => ({ from, to: 'paris', ...facts })),
  });

describe('sources of a restore', () => {
  test('a verified copy comes before a stored one, even a local one', () => {
    expect(order({ copies: [copyOf('paris', 'stored'), copyOf('dublin', 'verified')] })).toEqual(['dublin', 'paris']);
  });

  test('a region that is up comes before one that is unknown', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    expect(order({ copies, health: healthOf({ up: ['dublin'] }) })).toEqual(['dublin', 'berlin']);
  });

  test('the region of the target comes first among equals, and says why', () => {
    const { ranking } = rank({ copies: [copyOf('berlin', 'verified'), copyOf('paris', 'verified')] });
    expect(ranking.map(({ region, rank }) => [region, rank])).toEqual([
      ['paris', 1],
      ['berlin', 2],
    ]);
    expect(ranking[0]?.reasons.map(({ rule }) => rule)).toEqual(['verified', 'region-up', 'same-region']);
  });

  test('the faster link wins, then the shorter, then the cheaper one; an unknown link comes last', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const orderOver = (...facts: Parameters<typeof linked>) => order({ copies, rulebook: linked(...facts) });
    expect(orderOver({ dublin: { bandwidth: 2e8 }, berlin: { bandwidth: 1e8, pricePerGiB: 0 } })).toEqual(['dublin', 'berlin']);
    expect(orderOver({ dublin: { latencyMs: 10 }, berlin: { latencyMs: 90, pricePerGiB: 0 } })).toEqual(['dublin', 'berlin']);
    expect(orderOver({ dublin: { pricePerGiB: 0.01 }, berlin: { pricePerGiB: 0.09 } })).toEqual(['dublin', 'berlin']);
    expect(orderOver({ dublin: {} })).toEqual(['berlin', 'dublin']);
    const fast = linked({ dublin: { bandwidth: 1e8, latencyMs: 500, pricePerGiB: 0.02 } });
    expect(rank({ copies, rulebook: fast }).ranking[0]?.reasons.at(-1)?.text).toBe('about 11 s, transfer price 0.02');
    const near = linked({ dublin: { latencyMs: 12 } });
    expect(rank({ copies, rulebook: near }).ranking[0]?.reasons.at(-1)?.text).toBe('time unknown, latency 12 ms');
  });

  test('a measured latency goes before the declared one, a declared bandwidth before the throughput that was seen', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const seen = (facts: Record<string, { latencyMs?: number; bytesPerSecond?: number }>) =>
      new Map(
        Object.entries(facts).map(([from, { latencyMs = null, bytesPerSecond = null }]) => [
          linkKey(regionId(from), regionId('paris')),
          { latencyMs, bytesPerSecond, latencyAt: minute(0), throughputAt: minute(0) },
        ]),
      );
    const near = seen({ dublin: { latencyMs: 5 }, berlin: { latencyMs: 90 } });
    expect(order({ copies, measured: near })).toEqual(['dublin', 'berlin']);
    const said = linked({ dublin: { latencyMs: 400 }, berlin: { latencyMs: 1 } });
    expect(order({ copies, rulebook: said })).toEqual(['berlin', 'dublin']);
    expect(order({ copies, rulebook: said, measured: near })).toEqual(['dublin', 'berlin']);
    expect(rank({ copies, rulebook: said, measured: near }).ranking[0]?.reasons.at(-1)?.text).toBe('time unknown, latency 5 ms');

    const fast = seen({ dublin: { bytesPerSecond: 5e8 }, berlin: { bytesPerSecond: 1e8 } });
    expect(order({ copies, measured: fast })).toEqual(['dublin', 'berlin']);
    const declared = linked({ dublin: { bandwidth: 1e7 }, berlin: { bandwidth: 2e7 } });
    expect(order({ copies, rulebook: declared, measured: fast })).toEqual(['berlin', 'dublin']);
  });

  test('one throughput that was seen says nothing against a source that nobody measured', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const none = { latencyMs: null, latencyAt: null, bytesPerSecond: null, throughputAt: null };
    // Of a transfer that a limit held back; the other way is nearer and was never taken.
    const measured = new Map([
      [linkKey(regionId('dublin'), regionId('paris')), { ...none, latencyMs: 90, bytesPerSecond: 1_000 }],
      [linkKey(regionId('berlin'), regionId('paris')), { ...none, latencyMs: 20 }],
    ]);
    expect(order({ copies, measured })).toEqual(['berlin', 'dublin']);
    expect(order({ copies, measured, rulebook: linked({ dublin: { bandwidth: 1e8 } }) })).toEqual(['dublin', 'berlin']);
  });

  test('a difference that is noise does not outweigh a price: a tenth of the time, a few milliseconds of the way', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const cheap = { pricePerGiB: 0.01 };
    const orderOver = (...facts: Parameters<typeof linked>) => order({ copies, rulebook: linked(...facts) });
    expect(orderOver({ berlin: { latencyMs: 3.1, pricePerGiB: 0.09 }, dublin: { latencyMs: 9.7, ...cheap } })).toEqual([
      'dublin',
      'berlin',
    ]);
    expect(orderOver({ berlin: { latencyMs: 3.1, pricePerGiB: 0.09 }, dublin: { latencyMs: 40, ...cheap } })).toEqual(['berlin', 'dublin']);
    const fast = { bandwidth: 1e8, latencyMs: 3.1, pricePerGiB: 0.09 };
    expect(orderOver({ berlin: fast, dublin: { bandwidth: 1e8, latencyMs: 9.7, ...cheap } })).toEqual(['dublin', 'berlin']);
    expect(orderOver({ berlin: fast, dublin: { bandwidth: 5e7, latencyMs: 3.1, ...cheap } })).toEqual(['berlin', 'dublin']);
    expect(orderOver({ berlin: { latencyMs: 9.7 }, dublin: { latencyMs: 3.1 } })).toEqual(['dublin', 'berlin']);
  });

  test('without a price of the link, what the source charges for all that leaves it decides; no price outweighs safety', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const priced = linked({}, { berlin: 0.09, dublin: 0.02 });
    expect(order({ copies, rulebook: priced })).toEqual(['dublin', 'berlin']);
    expect(order({ copies, rulebook: linked({ berlin: { pricePerGiB: 0.01 } }, { berlin: 0.09, dublin: 0.02 }) })).toEqual([
      'berlin',
      'dublin',
    ]);
    expect(order({ copies: [copyOf('berlin', 'verified'), copyOf('dublin', 'stored')], rulebook: priced })).toEqual(['berlin', 'dublin']);
    expect(order({ copies, rulebook: priced, health: healthOf({ up: ['berlin'] }) })).toEqual(['berlin', 'dublin']);
  });

  test('dead, incomplete, illegal and unknown regions are excluded with their reasons', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'failed'), copyOf('ohio', 'verified'), copyOf('atlantis', 'verified')];
    const { ranking, excluded } = rank({ copies, health: healthOf({ down: ['berlin'], up: ['dublin', 'ohio'] }) });
    expect(ranking).toEqual([]);
    expect(excluded.map(({ region, reason }) => [region, reason.rule])).toEqual([
      ['atlantis', 'region-unknown'],
      ['berlin', 'region-down'],
      ['dublin', 'copy-not-whole'],
      ['ohio', 'jurisdiction-forbidden'],
    ]);
  });
});

test('a restore into a region that may not hold the data is refused with the rule', () => {
  const check = (region: string) => {
    const found = regions.find(({ id }) => id === region);
    return (
      found && checkRestoreTarget({ instance: instanceOf('berlin'), policy, rulebook, region: found, purpose: 'restore', now: minute(0) })
    );
  };
  expect(check('paris')).toMatchObject({ allowed: true });
  expect(check('ohio')).toEqual({
    allowed: false,
    reason: { rule: 'jurisdiction-forbidden', text: 'ohio lies in US; policy standard allows only EU; shop may not be restored there' },
  });
});

test('a drill is judged by the zone of drills, and a restore by that of restores', () => {
  const zones = { restore: { allow: ['paris'] }, drill: { allow: ['berlin'] } };
  const own = rulebookOf({ regions, residency: [{ id: 'stay', dataClasses: ['personal'], data: { allow: ['EU'] }, ...zones }] });
  const instance = instanceOf('berlin', { dataClass: 'personal' });
  const ask = (region: string, purpose: 'restore' | 'drill') =>
    checkRestoreTarget({ instance, policy, rulebook: own, region: regionId(region), purpose, now: minute(0) }).allowed;
  expect([ask('paris', 'restore'), ask('berlin', 'restore'), ask('paris', 'drill'), ask('berlin', 'drill')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
