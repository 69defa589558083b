import type { EarlierRulebook, Rulebook } from '@cbcr/domain';
import { expect, test } from 'vitest';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { instanceOf, minute, placeOf, regionId, rulebookOf } from '../samples.ts';
import { limitsOf, minimumUntil } from './rules-of.ts';

const dayMs = 86_400_000;
const rulebook = rulebookOf({
  regions: [placeOf('berlin', { jurisdictions: ['DE'] }), placeOf('ohio', { jurisdictions: ['US'] })],
  policies: [{ id: 'standard', placement: { copies: 1 }, retention: { minimum: '2d' } }],
  retention: {
    rules: [
      { id: 'law', select: { jurisdictions: ['DE'] }, minimum: '30d' },
      { id: 'patients', select: { dataClasses: ['health'] }, minimum: '90d' },
    ],
  },
});

/** For how many days what is captured now stays at least. */
function daysOf(
  rules: Rulebook,
  instance: SelectableInstance,
  region: string,
  earlier: readonly EarlierRulebook[] = [],
  now = minute(0),
): number | null {
  const until = minimumUntil({ rulebook: rules, instance, earlier, now }, regionId(region), minute(0).getTime());
  return until === null ? null : (until.getTime() - minute(0).getTime()) / dayMs;
}

test('the longest minimum of all rules for a copy counts, that of its policy among them', () => {
  const shop = instanceOf('berlin');
  expect(daysOf(rulebook, shop, 'berlin')).toBe(30);
  expect(daysOf(rulebook, shop, 'ohio')).toBe(2);
  expect(daysOf(rulebook, instanceOf('berlin', { dataClass: 'health' }), 'ohio')).toBe(90);
});

test('where nobody can say which rules are for a region, the longest of all counts', () => {
  expect(daysOf(rulebook, instanceOf('berlin'), 'vanished')).toBe(30);
});

test('without a minimum there is none', () => {
  const free = rulebookOf({ regions: [placeOf('berlin')], policies: [{ id: 'standard', placement: { copies: 1 } }] });
  expect(daysOf(free, instanceOf('berlin'), 'berlin')).toBeNull();
});

test('a minimum that somebody took away, from the rules or from the instance, counts until its cooling-off is over', () => {
  const inDays = (days: number) => minute(days * 1440);
  const free = rulebookOf({
    regions: rulebook.regions,
    policies: [{ id: 'standard', placement: { copies: 1 } }],
    retention: { coolingOff: '3d' },
  });
  const earlier = [{ version: 1, rulebook, endedAt: inDays(1) }];
  const shop = instanceOf('berlin');
  // Until the end of the cooling-off, which is before the end of the minimum.
  expect(daysOf(free, shop, 'berlin', earlier, inDays(2))).toBe(4);
  // The minimum ends before its cooling-off does.
  expect(daysOf(free, shop, 'ohio', earlier, inDays(2))).toBe(2);
  expect(daysOf(free, shop, 'berlin', earlier, inDays(4))).toBeNull();

  const { id: _id, ...patient } = instanceOf('berlin', { dataClass: 'health' });
  const changed = { ...shop, formerly: [{ ...patient, endedAt: inDays(40) }] };
  // By what the instance was: 90 days; by what it is: 30.
  expect(daysOf(rulebook, changed, 'berlin', [], inDays(41))).toBe(43);
  expect(daysOf(rulebook, changed, 'berlin', [], inDays(44))).toBe(30);
});

test('the limits of a copy are the longest minimum and the shortest maximum of all rules for it', () => {
  const limited = rulebookOf({
    ...{
      regions: rulebook.regions,
      policies: [{ id: 'standard', placement: { copies: 1 }, retention: { minimum: '2d', maximum: '90d' } }],
    },
    retention: {
      rules: [
        { id: 'a', select: { regions: ['berlin'] }, minimum: '1d', maximum: '60d' },
        { id: 'b', minimum: '3d' },
        { id: 'c', select: { regions: ['berlin'] }, maximum: '70d' },
      ],
    },
  });
  const limits = limitsOf(limited, instanceOf('berlin'));
  const textsIn = (region: string) => [limits(regionId(region)).minimum?.text, limits(regionId(region)).maximum?.text];
  expect(textsIn('berlin')).toEqual(['3d', '60d']);
  expect(textsIn('ohio')).toEqual(['3d', '90d']);
  // Not listed: nobody knows which rules are for it.
  expect(textsIn('vanished')).toEqual(['2d', '90d']);
});
