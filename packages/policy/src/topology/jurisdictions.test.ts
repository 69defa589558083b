import { describe, expect, test } from 'vitest';
import { createLocator } from './jurisdictions.ts';

const locate = createLocator({ EEA: { contains: ['EU', 'NO'] }, EU: { contains: ['DE', 'FR'] } });

describe('nested jurisdictions', () => {
  test('a region in DE lies in EU and in EEA', () => {
    expect([...locate({ jurisdictions: ['DE'] }).liesIn]).toEqual(['DE', 'EEA', 'EU']);
    expect([...locate({ jurisdictions: ['NO'] }).liesIn]).toEqual(['EEA', 'NO']);
    expect([...locate({ jurisdictions: ['US'] }).liesIn]).toEqual(['US']);
  });

  test('the innermost jurisdictions are those that contain no other of the region', () => {
    expect(locate({ jurisdictions: ['EU', 'DE'] }).innermost).toEqual(['DE']);
    expect(locate({ jurisdictions: ['PCI', 'DE'] }).innermost).toEqual(['DE', 'PCI']);
    expect(locate({ jurisdictions: ['EU'] }).innermost).toEqual(['EU']);
  });

  test('a cycle ends', () => {
    const cyclic = createLocator({ AA: { contains: ['BB'] }, BB: { contains: ['AA'] } });
    expect([...cyclic({ jurisdictions: ['BB'] }).liesIn]).toEqual(['AA', 'BB']);
  });
});
