import { expect, test } from 'vitest';
import { instanceOf, placeOf, regionId, rulebookOf } from '../samples.ts';
import { minimumOf } from './rules-of.ts';

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

test('the longest minimum of all rules for a copy counts, that of its policy among them', () => {
  const shop = instanceOf('berlin');
  expect(minimumOf(rulebook, shop, regionId('berlin'))).toBe(30 * dayMs);
  expect(minimumOf(rulebook, shop, regionId('ohio'))).toBe(2 * dayMs);
  expect(minimumOf(rulebook, instanceOf('berlin', { dataClass: 'health' }), regionId('ohio'))).toBe(90 * dayMs);
});

test('where nobody can say which rules are for a region, the longest of all counts', () => {
  expect(minimumOf(rulebook, instanceOf('berlin'), regionId('vanished'))).toBe(30 * dayMs);
});

test('without a minimum there is none', () => {
  const free = rulebookOf({ regions: [placeOf('berlin')], policies: [{ id: 'standard', placement: { copies: 1 } }] });
  expect(minimumOf(free, instanceOf('berlin'), regionId('berlin'))).toBeNull();
});
