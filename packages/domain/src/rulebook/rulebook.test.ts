import { describe, expect, test } from 'vitest';
import { durationSchema, rulebookSchema } from '../index.ts';

describe('a duration', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['35d', 35 * 86_400_000],
    ['2w', 14 * 86_400_000],
    ['6mo', 180 * 86_400_000],
    ['7y', 7 * 365 * 86_400_000],
  ])('%s has its length', (text, ms) => {
    expect(durationSchema.parse(text)).toEqual({ text, ms });
  });
  test.each(['', '0d', '1', 'd', '1.5h', '-1d', '1 d', '1D', '1000000d', 7, null])('%s is refused', (value) => {
    expect(durationSchema.safeParse(value).success).toBe(false);
  });
});

const written = {
  jurisdictions: { EU: { contains: ['DE', 'IE'] } },
  regions: [{ id: 'berlin', jurisdictions: ['DE'], store: { kind: 'fs', path: '/srv' }, partners: ['dublin'] }],
  policies: [{ id: 'standard', select: { names: ['shop-*'] }, placement: { copies: 2 }, rpo: '24h', retention: { minimum: '7y' } }],
  residency: [{ id: 'personal', dataClasses: ['personal'], data: { allow: ['EU', 'berlin'] } }],
  exceptions: [
    {
      id: 'audit',
      instances: ['shop'],
      regions: ['ohio'],
      purposes: ['restore'],
      reason: 'an audit',
      grantedBy: 'dpo',
      expires: '2027-06-30',
    },
  ],
};

test('a rulebook that was stored as JSON is read as it was', () => {
  const rulebook = rulebookSchema.parse(written);
  expect(rulebook.exceptions[0]?.expires).toEqual(new Date('2027-06-30T00:00:00Z'));
  expect(rulebook.residency[0]?.data).toEqual({ allow: ['EU', 'berlin'], forbid: [] });
  expect(rulebookSchema.parse(JSON.parse(JSON.stringify(rulebook)))).toEqual(rulebook);
});

test('a selector without a condition is refused: it would be for everything', () => {
  expect(rulebookSchema.safeParse({ ...written, policies: [{ id: 'standard', select: {} }] }).success).toBe(false);
});

test('a place is a jurisdiction or a region', () => {
  const zone = (place: string) => ({ ...written, residency: [{ id: 'x', dataClasses: ['x'], data: { allow: [place] } }] });
  expect(['EU', 'berlin-2', 'Berlin', 'e_u'].map((place) => rulebookSchema.safeParse(zone(place)).success)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
