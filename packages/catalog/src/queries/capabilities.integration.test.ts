import { systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { alpha, applyStage, beta, policy, regions, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await applyStage(stage.catalog);
});
afterAll(() => stage.drop());

const found = {
  conditionalPut: true,
  versioning: true,
  objectLock: true,
  checksums: false,
  serverSideCopy: false,
  location: 'somewhere',
  worker: 'w1',
};
const regionOf = (id: typeof alpha) => stage.catalog.regions.get(id);

test('what a worker found is kept with the time of the server, and replaced by what is found next', async () => {
  const { capabilities } = stage.catalog;
  expect(await capabilities.read()).toEqual(new Map());
  expect(await capabilities.record(await regionOf(alpha), found)).toBe(true);
  const first = (await capabilities.read()).get(alpha);
  expect(first).toEqual({ ...found, probedAt: expect.any(Date) });
  expect(Math.abs((first?.probedAt.getTime() ?? 0) - (await stage.catalog.now()).getTime())).toBeLessThan(60_000);

  expect(await capabilities.record(await regionOf(alpha), { ...found, objectLock: false, location: null, worker: 'w2' })).toBe(true);
  const second = await capabilities.read();
  expect([...second]).toEqual([[alpha, expect.objectContaining({ objectLock: false, location: null, worker: 'w2' })]]);
  expect(second.get(alpha)?.probedAt.getTime()).toBeGreaterThanOrEqual(first?.probedAt.getTime() ?? Number.POSITIVE_INFINITY);
});

test('a region that is given another store has not been probed, and what was found in the old one is not kept for it', async () => {
  const { capabilities, applyConfig } = stage.catalog;
  const old = await regionOf(alpha);
  await capabilities.record(old, found);
  await capabilities.record(await regionOf(beta), found);
  const moved = regions.map((region) => (region.id === alpha ? { ...region, store: { kind: 'fs', path: '/elsewhere' } } : region));
  await applyConfig({ regions: moved, policies: [policy], instances: [shop] }, 'test');
  expect([...(await capabilities.read()).keys()]).toEqual([beta]);

  expect(await capabilities.record(old, found)).toBe(false);
  expect((await capabilities.read()).has(alpha)).toBe(false);
  expect(await capabilities.record(await regionOf(alpha), found)).toBe(true);
});
