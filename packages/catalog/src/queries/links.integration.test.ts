import { linkKey, systemClock } from '@cbcr/domain';
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

const regionOf = (id: typeof alpha) => stage.catalog.regions.get(id);

test('each direction keeps what was measured last, latency and throughput on their own', async () => {
  const { links } = stage.catalog;
  expect(await links.read()).toEqual(new Map());
  await links.recordLatency(await regionOf(alpha), beta, 12.25);
  await links.recordThroughput(await regionOf(alpha), beta, 1_000_000.4);
  await links.recordLatency(await regionOf(alpha), beta, 14);
  const read = await links.read();
  expect([...read.keys()]).toEqual([linkKey(alpha, beta)]);
  expect(read.get(linkKey(alpha, beta))).toEqual({
    latencyMs: 14,
    latencyAt: expect.any(Date),
    bytesPerSecond: 1_000_000,
    throughputAt: expect.any(Date),
  });
});

test('a region that is given another store is as far as nobody knows, and what was measured of the old one is not kept for it', async () => {
  const { links, applyConfig } = stage.catalog;
  const old = await regionOf(alpha);
  await links.recordLatency(old, beta, 12);
  await links.recordLatency(await regionOf(beta), alpha, 12);
  const moved = regions.map((region) => (region.id === alpha ? { ...region, store: { kind: 'fs', path: '/elsewhere' } } : region));
  await applyConfig({ regions: moved, policies: [policy], instances: [shop] }, 'test');
  expect(await links.read()).toEqual(new Map());
  expect(await links.recordLatency(old, beta, 12)).toBe(false);
  expect(await links.read()).toEqual(new Map());
});
