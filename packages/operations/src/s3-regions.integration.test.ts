import { createHash } from 'node:crypto';
import { manifestKey } from '@cbcr/blobstore';
import { systemClock } from '@cbcr/domain';
import { createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { expect, inject, test } from 'vitest';
import { failOnceItHolds, plantFault } from '../test/faults.ts';
import { succeed } from '../test/perform.ts';
import { alpha, beta, createStage, gamma } from '../test/stage.ts';

test('three buckets hold the same point; one that was lost on the way is made whole, and a restore reads from it', async () => {
  const { accessKeyId, secretAccessKey } = inject('s3');
  const stage = await createStage({
    adminUrl: inject('postgresAdminUrl'),
    clock: systemClock,
    secrets: { ACCESS: accessKeyId, SECRET: secretAccessKey },
    storeSpecOf: async () => {
      const { endpoint, bucket, region } = await createTestBucket(inject('s3'));
      return { kind: 's3', endpoint, bucket, region, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' };
    },
  });
  const shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
  const fault = plantFault((call) => call.operation === 'put' && call.index >= 5, failOnceItHolds);
  stage.plant(gamma, fault.wrap);
  const { point, stored } = await succeed(stage, 'backup', { instance: shop, params: {} });
  expect(fault.fired).not.toEqual([]);
  expect(stored.toSorted()).toEqual([alpha, beta]);
  stage.plant(gamma, null);

  const at = { instance: shop, point, region: gamma };
  const repaid = await succeed(stage, 'replicate', { ...at, params: { point, target: gamma } });
  expect(repaid.presentBytes).toBeGreaterThan(0);
  for (const region of [alpha, beta, gamma]) {
    await succeed(stage, 'verify', { ...at, region, params: { point, region } });
    const bytes = await (await stage.storeOf(region)).get(manifestKey(shop, point));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe((await stage.catalog.points.get(point)).manifestSha256);
  }

  const target = 'pieces:elsewhere';
  const params = { point, to: gamma, target: stage.nameConnection(target) };
  expect(await succeed(stage, 'restore', { ...at, params })).toMatchObject({ segmentsFrom: { gamma: 8 } });
  expect(stage.pieces.targets.get(target)).toEqual({ pieces: stage.pieces.contents('pieces:shop'), incomplete: false });
  await stage.close();
});
