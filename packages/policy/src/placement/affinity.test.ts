import { describe, expect, test } from 'vitest';
import { orderByAffinity } from './affinity.ts';

const regions = ['alfa', 'bravo', 'charlie', 'delta', 'echo'];

describe('affinity', () => {
  test('a region that goes leaves the order of the others as it was', () => {
    const all = orderByAffinity('shop', regions);
    for (const gone of regions) {
      const left = regions.filter((region) => region !== gone);
      expect(orderByAffinity('shop', left)).toEqual(all.filter((region) => region !== gone));
    }
  });

  test('instances spread evenly over the regions, also those whose names differ in a digit', () => {
    const first = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const [region = ''] = orderByAffinity(`shop-${i}`, regions);
      first.set(region, (first.get(region) ?? 0) + 1);
    }
    for (const region of regions) {
      expect(first.get(region)).toBeGreaterThan(1800);
      expect(first.get(region)).toBeLessThan(2200);
    }
  });

  test('the order is frozen: another hash would move the copies of every fleet', () => {
    expect(orderByAffinity('shop', regions)).toMatchInlineSnapshot(`
      [
        "charlie",
        "echo",
        "bravo",
        "alfa",
        "delta",
      ]
    `);
  });
});
