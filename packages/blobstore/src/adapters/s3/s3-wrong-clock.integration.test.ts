import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@cbcr/domain';
import { createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import type { BlobStore } from '../../blob-store.ts';
import { expectContent, putNew, sampleBytes } from '../../contract/expect.ts';

const body = sampleBytes(100_000, 1);

/** Only the time of day is wrong, as on a machine whose clock was never set. */
describe.each([1, -1])('a machine whose clock is wrong by %i h', (hours) => {
  let store: BlobStore;

  beforeEach(async () => {
    store = await openS3(await createTestBucket(inject('s3')));
    vi.useFakeTimers({ toFake: ['Date'], now: systemClock.now().getTime() + hours * 3_600_000 });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  test('sees a region that is up, whatever it asks first', async () => {
    await store.ping();
  });

  test('stores, finds and reads without a word about it', async () => {
    expect(await store.head('key')).toBeNull();
    await putNew(store, 'key', body);
    await expectContent(store, 'key', body);
  });
});

test('a store that refuses for another reason is asked once', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(403).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const store = await openS3({ ...(await createTestBucket(inject('s3'))), endpoint: `http://127.0.0.1:${port}` });
  await expect(store.ping()).rejects.toMatchObject({ code: 'store.denied' });
  expect(requests).toBe(1);
  await store.close();
  server.close();
});
