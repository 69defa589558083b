import { GetObjectCommand, ListObjectVersionsCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { systemClock } from '@cbcr/domain';
import { createS3Client, createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { expect, inject, test } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import { expectContent, putNew, sampleBytes, sha256Of } from '../../contract/expect.ts';

test('a replace adds a version: it works over a locked object, which stays readable as an older version', async () => {
  const settings = await createTestBucket(inject('s3'));
  const client = createS3Client(settings);
  const store = await openS3(settings);
  const [wrong, right] = [sampleBytes(5_000, 1), sampleBytes(5_000, 2)];
  await putNew(store, 'key', wrong);
  const at = { Bucket: settings.bucket, Key: 'key' };
  const until = new Date(systemClock.now().getTime() + 60_000);
  await client.send(new PutObjectRetentionCommand({ ...at, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until } }));

  await store.put('key', right, { sha256: sha256Of(right), ifAbsent: false, replace: true });
  await expectContent(store, 'key', right);
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: settings.bucket, Prefix: 'key' }),
  );
  expect(DeleteMarkers).toEqual([]);
  const older = Versions.filter(({ IsLatest }) => IsLatest !== true);
  expect(older).toHaveLength(1);
  const found = await client.send(new GetObjectCommand({ ...at, VersionId: older[0]?.VersionId }));
  expect(await found.Body?.transformToByteArray()).toEqual(new Uint8Array(wrong));
  await store.close();
  client.destroy();
});
