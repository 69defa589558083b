import { describe, expect, test } from 'vitest';
import { instanceOf, minute, policyOf, regionOf, rulebookOf } from '../samples.ts';
import { getStorageRegions } from './get-storage-regions.ts';

const regions = [regionOf('berlin', 'DE', 'EU'), regionOf('dublin', 'IE', 'EU'), regionOf('paris', 'FR', 'EU'), regionOf('ohio', 'US')];
const rulebook = rulebookOf({ regions });
const now = minute(0);
const shop = instanceOf('berlin');

describe('placement', () => {
  test('the home region is the primary, preferred regions come next, the others in an order of their own', () => {
    const placement = getStorageRegions({
      instance: shop,
      policy: policyOf({ copies: 3, prefer: ['paris'], jurisdictions: ['EU'] }),
      rulebook,
      now,
    });
    expect(placement.placed.map(({ region, role, reason }) => [region, role, reason.rule])).toEqual([
      ['berlin', 'primary', 'home-region'],
      ['paris', 'secondary', 'preferred-secondary'],
      ['dublin', 'secondary', 'next-by-affinity'],
    ]);
    expect(placement.spares).toEqual([]);
    expect(placement.unmet).toEqual([]);
  });

  test('what is allowed and not needed is a spare, in the order in which it would be taken', () => {
    const policy = policyOf({ copies: 1, prefer: ['paris'], jurisdictions: ['EU'] });
    const { spares } = getStorageRegions({ instance: shop, policy, rulebook, now });
    expect(spares.map(({ region, reason }) => [region, reason.rule])).toEqual([
      ['paris', 'allowed-not-needed'],
      ['dublin', 'allowed-not-needed'],
    ]);
    expect(spares[0]?.reason.text).toContain('demands 1 copy');
  });

  test('a region of another jurisdiction is excluded and the reason names both sides', () => {
    const { excluded } = getStorageRegions({ instance: shop, policy: policyOf({ copies: 2, jurisdictions: ['EU'] }), rulebook, now });
    expect(excluded).toEqual([
      { region: 'ohio', legal: false, reason: { rule: 'jurisdiction-forbidden', text: 'ohio lies in US; policy standard allows only EU' } },
    ]);
  });

  test('too few allowed regions is an unmet demand that says what would satisfy it; no other region is taken instead', () => {
    const { placed, unmet } = getStorageRegions({ instance: shop, policy: policyOf({ copies: 4, jurisdictions: ['EU'] }), rulebook, now });
    expect(placed).toHaveLength(3);
    expect(unmet).toEqual([
      {
        rule: 'too-few-regions',
        text: 'policy standard demands 4 copies, only 3 qualify: berlin, dublin, paris; allow a jurisdiction of ohio; or add 1 region that may hold the data and that the constraints admit; or demand fewer copies',
      },
    ]);
  });

  test('a home that may not hold the data is excluded and unmet, and nothing takes its place as primary', () => {
    const { placed, excluded, unmet } = getStorageRegions({
      instance: instanceOf('ohio'),
      policy: policyOf({ copies: 2, jurisdictions: ['EU'] }),
      rulebook,
      now,
    });
    expect(placed.map(({ region, role }) => [region, role])).toEqual([['paris', 'secondary']]);
    expect(excluded.map(({ region }) => region)).toEqual(['ohio']);
    expect(unmet.map(({ rule }) => rule)).toEqual(['home-unusable']);
  });

  test('a home that is not known is an unmet demand', () => {
    const { unmet } = getStorageRegions({
      instance: instanceOf('atlantis'),
      policy: policyOf({ copies: 2, jurisdictions: ['EU'] }),
      rulebook,
      now,
    });
    expect(unmet.map(({ rule, text }) => [rule, text.includes('atlantis')])).toEqual([['home-unusable', true]]);
  });

  test('a synchronous minimum above the copies that can be placed is unmet', () => {
    const policy = policyOf({ copies: 2, synchronousMinimum: 3, jurisdictions: ['EU'] });
    expect(getStorageRegions({ instance: shop, policy, rulebook, now }).unmet.map(({ rule }) => rule)).toEqual(['synchronous-minimum']);
  });
});
