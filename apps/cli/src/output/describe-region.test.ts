import type { RegionView } from '@cbcr/client';
import { expect, test } from 'vitest';
import { sampleRegion } from '../../test/sample-views.ts';
import { describeRegion, listAbilities } from './describe-region.ts';
import { renderText } from './text.ts';

const now = new Date('2027-06-01T12:00:00Z');
const probed: RegionView = {
  ...sampleRegion('north'),
  probe: {
    ...{ conditionalPut: true, versioning: true, objectLock: false, checksums: false, serverSideCopy: false },
    ...{ location: null, probedAt: '2027-06-01T11:57:30.000Z', worker: 'north-1' },
  },
};

test('a region shows what its store was found to be able to do, by whom and how long ago', () => {
  const text = renderText(describeRegion(probed, now));
  expect(text).toMatch(/probed +2027-06-01 11:57:30Z, 2m 30s ago, by north-1/);
  expect(text).toContain('the store does not say where it is');
  expect(text).toMatch(/versioning +yes/);
  expect(text).toMatch(/objectLock +no/);
  expect(listAbilities(probed)).toBe('versioning, conditionalPut');
});

test('a region shows how far the others are: what was measured beside what is declared, and what nobody knows as unknown', () => {
  const link = { from: 'south', latencyMs: 12.5, latencyAt: '2027-06-01T11:58:00.000Z', bytesPerSecond: 40_000_000, throughputAt: null };
  const declared = { latencyMs: 20, bandwidth: null, pricePerGiB: 0.02 };
  const text = renderText(describeRegion({ ...probed, links: [{ ...link, declared }] }, now), 200);
  expect(text).toMatch(/south\W+12\.5 ms\W+20 ms\W+40\.0 MB\/s\W+–\W+0\.02\W+2m 0s ago/);
  expect(renderText(describeRegion(probed, now))).not.toContain('link from');
});

test('what nobody has tried is not shown as missing', () => {
  expect(renderText(describeRegion(sampleRegion('north'), now))).toContain('not probed yet');
  expect(listAbilities(sampleRegion('north'))).toBe('not probed yet');
});
