import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceKm } from './distance.ts';

const berlin = { latitude: 52.52, longitude: 13.405 };
const paris = { latitude: 48.8566, longitude: 2.3522 };
const sydney = { latitude: -33.8688, longitude: 151.2093 };
const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

describe('distance', () => {
  test('known distances are right within one percent', () => {
    expect(distanceKm(berlin, paris)).toBeCloseTo(877.5, -1);
    expect(distanceKm(paris, sydney) / 16_960).toBeCloseTo(1, 2);
  });

  test('the date line is no border', () => {
    expect(distanceKm({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 })).toBeCloseTo(111.19, 1);
  });

  test(`both directions are equally long, a place is at no distance from itself, nothing is farther than half the equator (seed ${seed})`, () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        expect(distanceKm(a, b)).toBeCloseTo(distanceKm(b, a), 6);
        expect(distanceKm(a, a)).toBe(0);
        expect(distanceKm(a, b)).toBeLessThanOrEqual(20_016);
      }),
      { seed },
    );
  });
});
