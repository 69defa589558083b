import { afterAll, beforeAll, expect, test } from 'vitest';
import { type IgnorantS3Server, startIgnorantS3Server } from '../../../test/ignorant-s3-server.ts';
import { openS3 } from '../../../test/open-s3.ts';
import { describeBlobStore } from '../../contract/describe-blob-store.ts';
import { putNew, sampleBytes, sha256Of } from '../../contract/expect.ts';

/** A server that overwrites what exists and stores whatever arrives: the adapter keeps the promises in its place, races aside. */
let server: IgnorantS3Server;
beforeAll(async () => {
  server = await startIgnorantS3Server();
});
afterAll(() => server.close());

const open = () =>
  openS3({ endpoint: server.endpoint, region: 'somewhere', bucket: 'backups', accessKeyId: 'key', secretAccessKey: 'secret' });

describeBlobStore('the S3 adapter before a server that ignores conditions and checksums', {
  open,
  capabilities: { conditionalPut: false, versioning: false, objectLock: false, checksums: false, serverSideCopy: false },
});

test('a body that does not have its hash is not even sent to a server that would not check it', async () => {
  const store = await open();
  await store.probe();
  const before = server.requests.length;
  const put = store.put('damaged', sampleBytes(1_000, 1), { sha256: sha256Of(sampleBytes(1_000, 2)), ifAbsent: true });
  await expect(put).rejects.toMatchObject({ code: 'store.body-damaged' });
  expect(server.requests.slice(before)).toEqual([]);
  await store.close();
});

test('the bucket is probed once, however many first puts there are', async () => {
  const store = await open();
  const before = server.requests.length;
  await Promise.all(Array.from({ length: 20 }, (_, number) => putNew(store, `first/${number}`, sampleBytes(10, number))));
  const probes = server.requests.slice(before).filter((request) => /^PUT probe\/[^/]+-copied$/.test(request));
  expect(new Set(probes).size).toBe(1);
  await store.close();
});
