import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder, startVersitygw, type TemporaryFolder, type VersitygwServer, waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startFaultProxy } from '../../../test/fault-proxy.ts';
import { openS3 } from '../../../test/open-s3.ts';
import { expectAbsent, expectContent, listKeys, putNew, sampleBytes } from '../../contract/expect.ts';
import { withRetry } from '../../decorators/retry.ts';

const body = sampleBytes(8_000_000, 1);
let folder: TemporaryFolder;
let server: VersitygwServer;

beforeAll(async () => {
  folder = await createTemporaryFolder();
  server = await startVersitygw({ folder: folder.path, environment: inject('serverEnvironment') });
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

test('a server that is killed in the middle of a put is an outage; nothing of the object is seen when it is back', async () => {
  const proxy = await startFaultProxy(server.port, '127.0.0.1');
  const store = await openS3({ ...server.s3, endpoint: `http://127.0.0.1:${proxy.port}` });
  await putNew(store, 'before', body);

  const planted = proxy.plant({ direction: 'up', afterBytes: 3_000_000, action: 'hold' });
  const outcome = putNew(store, 'during', body).catch((error) => error);
  expect(await waitUntil(() => planted.fired, { deadlineMs: 60_000, intervalMs: 2, clock: systemClock })).toBe(true);
  await server.kill();
  expect(await outcome).toMatchObject({ code: 'store.unreachable' });
  const calls: (() => Promise<unknown>)[] = [
    () => store.ping(),
    () => store.get('before'),
    () => store.head('before'),
    () => listKeys(store, ''),
    () => store.delete('before'),
    () => store.probe(),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'store.unreachable' });

  await server.restart();
  await expectAbsent(store, 'during');
  await expectContent(store, 'before', body);
  await putNew(store, 'during', body);
  await expectContent(store, 'during', body);
  await store.close();
  await proxy.close();
});

test('a call that is being tried again succeeds when the server comes back', async () => {
  const bare = await openS3(server.s3);
  await bare.probe();
  await server.kill();
  let restarted: Promise<void> | null = null;
  const store = withRetry(bare, {
    clock: systemClock,
    random: () => 0.5,
    attempts: 30,
    maxDelayMs: 500,
    onRetry: () => {
      restarted ??= server.restart();
    },
  });
  await putNew(store, 'patient', body);
  await restarted;
  await expectContent(store, 'patient', body);
  await store.close();
});

test('a store can be opened while its server is away, and says so at the first call', async () => {
  await server.kill();
  const store = await openS3(server.s3);
  await expect(putNew(store, 'early', body)).rejects.toMatchObject({ code: 'store.unreachable' });
  await server.restart();
  await putNew(store, 'early', body);
  await store.close();
});
