import { type InstanceId, rulebookSchema, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { plantFault } from '../test/faults.ts';
import { createStage, gamma, type Stage } from '../test/stage.ts';
import { findObjection } from './placement-guard.ts';
import { askForEach, createResidencyGuard, withResidencyGuard } from './residency-guard.ts';

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
  const guard = createResidencyGuard({ catalog: stage.catalog, clock }, { id: shop }, { id: gamma }, 'data', new AbortController().signal);
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

const confine = async (zones: object) => {
  const { rulebook } = await stage.catalog.rulebook.current();
  const residency = [{ id: 'stay', dataClasses: ['default'], data: { allow: ['gamma', 'alpha', 'beta'] }, ...zones }];
  const regions = stage.regions;
  await stage.catalog.applyRulebook(rulebookSchema.parse({ ...rulebook, regions, residency }), { actor: 'test' });
};

test.each([
  ['data', { data: { allow: ['alpha'] } }],
  ['key', { keys: { allow: ['alpha'] } }],
  ['restore', { restore: { allow: ['alpha'] } }],
  ['drill', { drill: { allow: ['alpha'] } }],
] as const)('a zone for %s says nothing about what it does not name', async (purpose, zones) => {
  const objectionTo = (asked: typeof purpose) =>
    findObjection({ catalog: stage.catalog, clock: systemClock }, { id: shop }, { id: gamma }, asked);
  await confine({});
  expect(await objectionTo(purpose)).toBeNull();
  await confine(zones);
  const purposes = ['data', 'key', 'restore', 'drill'] as const;
  const denied = await Promise.all(purposes.map(async (asked) => ((await objectionTo(asked)) === null ? [] : [asked])));
  // Only the zone of the data stands for the others.
  expect(denied.flat()).toEqual(purpose === 'data' ? purposes : [purpose]);
  expect((await objectionTo(purpose))?.rule).toBe('residency-not-allowed');
});

test('a stream is cut off in its middle once the region became forbidden', async () => {
  await confine({});
  const time = { nowMs: 0 };
  const clock = { ...systemClock, monotonicMs: () => time.nowMs };
  const guard = createResidencyGuard(
    { catalog: stage.catalog, clock },
    { id: shop },
    { id: gamma },
    'restore',
    new AbortController().signal,
  );
  const passed: number[] = [];
  const read = async () => {
    for await (const piece of askForEach(guard, [1, 2, 3, 4])) {
      passed.push(piece);
      if (piece !== 2) continue;
      await confine({ restore: { allow: ['alpha'] } });
      time.nowMs += 1_000;
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'placement.region-forbidden' });
  expect(passed).toEqual([1, 2]);
});
