import { describe, expect, test } from 'vitest';
import { copyOf, healthOf, instanceOf, minute, pointOf, policyOf, regionId, regionOf, rulebookOf } from '../samples.ts';
import { checkRestoreTarget } from './check-restore-target.ts';
import type { LinkFacts } from './estimate-transfer.ts';
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
    now: minute(0),
    target: regionId('paris'),
    instance: instanceOf('berlin'),
    policy,
    ...input,
  });
const order = (...input: Parameters<typeof rank>) => rank(...input).ranking.map(({ region }) => region);
const link = (source: string, facts: Omit<LinkFacts, 'source' | 'target'>): LinkFacts => ({
  source: regionId(source),
  target: regionId('paris'),
  ...facts,
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

  test('the faster link wins, then the cheaper one; an unknown link comes last', () => {
    const copies = [copyOf('berlin', 'verified'), copyOf('dublin', 'verified')];
    const fast = [link('dublin', { bytesPerSecond: 2e8 }), link('berlin', { bytesPerSecond: 1e8, pricePerGib: 0 })];
    expect(order({ copies, links: fast })).toEqual(['dublin', 'berlin']);
    const cheap = [link('dublin', { pricePerGib: 0.01 }), link('berlin', { pricePerGib: 0.09 })];
    expect(order({ copies, links: cheap })).toEqual(['dublin', 'berlin']);
    expect(order({ copies, links: [link('dublin', {})] })).toEqual(['berlin', 'dublin']);
    const [best] = rank({ copies, links: [link('dublin', { bytesPerSecond: 1e8, pricePerGib: 0.02 })] }).ranking;
    expect(best?.reasons.at(-1)?.text).toBe('about 11 s, transfer price 0.02');
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
    return found && checkRestoreTarget({ instance: instanceOf('berlin'), policy, rulebook, region: found, now: minute(0) });
  };
  expect(check('paris')).toMatchObject({ allowed: true });
  expect(check('ohio')).toEqual({
    allowed: false,
    reason: { rule: 'jurisdiction-forbidden', text: 'ohio lies in US; policy standard allows only EU; shop may not be restored there' },
  });
});
