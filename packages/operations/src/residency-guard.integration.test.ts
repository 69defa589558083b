import { type InstanceId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { plantFault } from '../test/faults.ts';
import { createStage, gamma, type Stage } from '../test/stage.ts';
import { createResidencyGuard, withResidencyGuard } from './residency-guard.ts';

let stage: Stage;
let shop: InstanceId;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
});
afterAll(() => stage.close());

test('a region that becomes forbidden while bytes flow gets none a second later', async () => {
  const time = { nowMs: 0 };
  const clock = { ...systemClock, monotonicMs: () => time.nowMs };
  const guard = createResidencyGuard({ catalog: stage.catalog, clock }, { id: shop }, gamma, 'data', new AbortController().signal);
  const watch = plantFault(
    () => true,
    async () => undefined,
  );
  const region = await stage.catalog.regions.get(gamma);
  const store = withResidencyGuard(watch.wrap(await stage.dependencies().openStore(region)), guard);
  const put = (name: string) =>
    store.put(`v1/${name}`, new Uint8Array([1]), {
      sha256: '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a',
      ifAbsent: true,
    });
  await put('before');
  expect(watch.calls).toHaveLength(1);

  const policies = (await stage.catalog.policies.list()).map(({ policy }) => policy);
  const regions = stage.regions.map((one) => (one.id === gamma ? { ...one, jurisdictions: ['US'] } : one));
  await stage.catalog.applyConfig({ regions, policies, instances: [] }, 'test');
  time.nowMs += 1_000;
  await expect(put('after')).rejects.toMatchObject({ code: 'placement.region-forbidden' });
  expect(watch.calls).toHaveLength(1);
});
