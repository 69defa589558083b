import { type InstanceId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { alpha, beta, createStage, gamma, type Stage } from '../../test/stage.ts';
import { readDecisionFacts } from '../decision-facts.ts';
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
