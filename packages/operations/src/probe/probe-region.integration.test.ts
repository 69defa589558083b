import type { BlobStore } from '@cbcr/blobstore';
import { type InstanceId, linkKey, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { alpha, beta, createStage, delta, gamma, type Stage } from '../../test/stage.ts';
import { readDecisionFacts } from '../decision-facts.ts';
import { keepThroughput } from './measure-links.ts';
import { probeRegion } from './probe-region.ts';

let stage: Stage;
let shop: InstanceId;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());
const never = new AbortController().signal;
const place = async () => (await readDecisionFacts(stage.dependencies(), shop)).placement;

test('what a worker finds in its store decides where copies go, and a store that does not answer changes nothing', async () => {
  await stage.changePolicy({ copies: 2, prefer: [gamma], constraints: { capabilities: ['versioning'] } });
  expect((await place()).placed).toEqual([]);

  for (const region of [alpha, beta, gamma]) {
    stage.plant(region, (store) => ({ ...store, probe: async () => ({ ...(await store.probe()), versioning: region !== gamma }) }));
    await probeRegion(stage.dependencies(), region, never);
  }
  const placed = ['alpha', 'beta'];
  const decided = await place();
  expect(decided.placed.map(({ region }) => region)).toEqual(placed);
  expect(decided.excluded.find(({ region }) => region === gamma)).toMatchObject({
    legal: true,
    reason: { rule: 'capability-missing', text: expect.stringContaining('the store of gamma lacks versioning') },
  });

  const known = await stage.catalog.capabilities.read();
  const away = new RangeError('the store was taken away');
  stage.plant(alpha, (store) => ({ ...store, probe: () => Promise.reject(away) }));
  await expect(probeRegion(stage.dependencies(), alpha, never)).rejects.toBe(away);
  expect(await stage.catalog.capabilities.read()).toEqual(known);
  expect((await place()).placed.map(({ region }) => region)).toEqual(placed);
});

test('a probe asks how far the other stores are; one that does not answer leaves what was known of its link', async () => {
  const toAlpha = async () => {
    const links = await stage.catalog.links.read();
    return [beta, gamma, delta].map((from) => links.get(linkKey(from, alpha))?.latencyMs);
  };
  stage.plant(alpha, null);
  const patient = { ...systemClock, monotonicMs: () => elapsedMs };
  let elapsedMs = 0;
  const slow = (ms: number) => (store: BlobStore) => ({
    ...store,
    ping: async () => {
      elapsedMs += ms;
    },
  });
  const measure = () => probeRegion(stage.dependencies({ clock: patient }), alpha, never);
  for (const region of [beta, gamma, delta]) stage.plant(region, (store) => ({ ...store, ping: async () => undefined }));
  stage.plant(beta, slow(40));
  expect((await measure()).links).toContainEqual({ from: beta, latencyMs: expect.any(Number) });
  const known = (await stage.catalog.links.read()).get(linkKey(beta, alpha));
  // Stores are asked side by side, and all share this clock: each waits for the slow one as well, never less.
  expect(known?.latencyMs).toBeGreaterThanOrEqual(40);
  expect((await toAlpha()).every((latency) => latency !== undefined)).toBe(true);

  stage.plant(beta, (store) => ({ ...store, ping: () => Promise.reject(new RangeError('the store was taken away')) }));
  const { links } = await measure();
  expect(links.find(({ from }) => from === beta)).toEqual({ from: beta, latencyMs: null, cause: expect.stringContaining('taken away') });
  expect((await stage.catalog.links.read()).get(linkKey(beta, alpha))).toEqual(known);
});

test('a large transfer from one source leaves what it reached; a small one, and one from two sources, leave nothing', async () => {
  const [one, other] = await Promise.all([beta, gamma].map((id) => stage.catalog.regions.get(id)));
  if (one === undefined || other === undefined) throw new RangeError('the stage lacks regions');
  const seen = async () => (await stage.catalog.links.read()).get(linkKey(beta, delta))?.bytesPerSecond ?? null;
  const keep = (sources: (typeof one)[], bytes: number) =>
    keepThroughput(stage.dependencies(), { sources, to: delta, bytes, elapsedMs: 2_000 });
  await keep([one], 1_000_000);
  await keep([one, other], 100_000_000);
  expect(await seen()).toBeNull();
  await keep([one], 100_000_000);
  expect(await seen()).toBe(50_000_000);
});
