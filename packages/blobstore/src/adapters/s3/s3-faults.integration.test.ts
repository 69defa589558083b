import { systemClock } from '@cbcr/domain';
import { createTestBucket, type S3Settings, waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type FaultProxy, type ProxyFault, startFaultProxy } from '../../../test/fault-proxy.ts';
import { openS3 } from '../../../test/open-s3.ts';
import type { BlobStore } from '../../blob-store.ts';
import { expectAbsent, expectContent, putNew, sampleBytes, sha256Of } from '../../contract/expect.ts';
import { withRetry } from '../../decorators/retry.ts';
import type { StoreRetry } from '../../decorators/retrying.ts';

const body = sampleBytes(8_000_000, 1);
const sha256 = sha256Of(body);
let proxy: FaultProxy;
let store: BlobStore;
/** The same bucket without the proxy. */
let direct: BlobStore;

beforeEach(async () => {
  const settings: S3Settings = await createTestBucket(inject('s3'));
  const { hostname, port } = new URL(settings.endpoint);
  proxy = await startFaultProxy(Number(port), hostname);
  store = await openS3({ ...settings, endpoint: `http://127.0.0.1:${proxy.port}` });
  direct = await openS3(settings);
  await store.probe();
});
afterEach(async () => {
  await Promise.all([store.close(), direct.close()]);
  await proxy.close();
});

const hasFired = async (fault: { fired: boolean }) =>
  expect(await waitUntil(() => fault.fired, { deadlineMs: 60_000, intervalMs: 2, clock: systemClock })).toBe(true);

/** A second is promised; a machine that has other work gets more. Without the abort it would be minutes. */
const abortLimitMs = 10_000;

/** Aborts `call` in the middle, as the fault holds it there, and tells how long it took to end. */
async function abortWhenHeld(fault: ProxyFault, call: (signal: AbortSignal) => Promise<unknown>) {
  const caller = new AbortController();
  const planted = proxy.plant(fault);
  const outcome = call(caller.signal).then(
    () => 'succeeded',
    (error) => error,
  );
  await hasFired(planted);
  const startedMs = systemClock.monotonicMs();
  const reason = new Error('cancelled');
  caller.abort(reason);
  expect(await outcome).toBe(reason);
  const noSockets = await waitUntil(() => proxy.open === 0, { deadlineMs: 30_000, intervalMs: 2, clock: systemClock });
  expect(noSockets).toBe(true);
  return systemClock.monotonicMs() - startedMs;
}

test('an abort in the middle of a put ends it within a second, closes its socket and stores nothing', async () => {
  const tookMs = await abortWhenHeld({ direction: 'up', afterBytes: 1_000_000, action: 'hold' }, (signal) =>
    store.put('key', body, { sha256, ifAbsent: true, signal }),
  );
  expect(tookMs).toBeLessThan(abortLimitMs);
  await expectAbsent(direct, 'key');
  await putNew(store, 'key', body);
});

test('an abort in the middle of a get ends it within a second and closes its socket', async () => {
  await putNew(direct, 'key', body);
  const tookMs = await abortWhenHeld({ direction: 'down', afterBytes: 1_000_000, action: 'hold' }, (signal) =>
    store.get('key', { signal }),
  );
  expect(tookMs).toBeLessThan(abortLimitMs);
  await expectContent(store, 'key', body);
});

test('calls that are over leave no socket in use, whatever came of them', async () => {
  await putNew(store, 'key', body);
  await Promise.all(Array.from({ length: 10 }, () => store.get('key')));
  await Promise.allSettled(Array.from({ length: 10 }, () => putNew(store, 'key', body)));
  await Promise.allSettled(Array.from({ length: 10 }, (_, number) => store.get(`missing/${number}`)));
  // Sockets are kept for the next request, and reused: not one for each of the calls above.
  expect(proxy.open).toBeLessThanOrEqual(10);
  await store.close();
  expect(await waitUntil(() => proxy.open === 0, { deadlineMs: 30_000, clock: systemClock })).toBe(true);
});

test('a connection that breaks in the middle of a put is an outage, and nothing is stored', async () => {
  const planted = proxy.plant({ direction: 'up', afterBytes: 1_000_000, action: 'cut' });
  await expect(putNew(store, 'key', body)).rejects.toMatchObject({ code: 'store.unreachable' });
  await hasFired(planted);
  await expectAbsent(direct, 'key');
});

test('a connection that breaks in the middle of a get is an outage, never a short object', async () => {
  await putNew(direct, 'key', body);
  const planted = proxy.plant({ direction: 'down', afterBytes: 1_000_000, action: 'cut' });
  await expect(store.get('key')).rejects.toMatchObject({ code: 'store.unreachable' });
  await hasFired(planted);
});

test('a body that is damaged on its way is refused by the store, and arrives whole when it is sent again', async () => {
  const planted = proxy.plant({ direction: 'up', afterBytes: 4_000_000, action: 'flip' });
  await expect(putNew(store, 'once', body)).rejects.toMatchObject({ code: 'store.failed' });
  await hasFired(planted);
  await expectAbsent(direct, 'once');

  const again = proxy.plant({ direction: 'up', afterBytes: 4_000_000, action: 'flip' });
  await putNew(withRetry(store, { clock: systemClock, random: () => 0 }), 'again', body);
  await hasFired(again);
  await expectContent(direct, 'again', body);
});

test('a put whose answer is lost is sent again and succeeds, and the object is stored once', async () => {
  const retries: StoreRetry[] = [];
  const planted = proxy.plant({ direction: 'down', afterBytes: 0, action: 'cut' });
  const retrying = withRetry(store, { clock: systemClock, random: () => 0, onRetry: (retry) => retries.push(retry) });
  await putNew(retrying, 'key', body);
  await hasFired(planted);
  expect(retries.map(({ code }) => code)).toEqual(['store.unreachable']);
  await expectContent(direct, 'key', body);
});

test('a store that stops answering is given up after the time limit of an attempt', async () => {
  const planted = proxy.plant({ direction: 'up', afterBytes: 1_000_000, action: 'hold' });
  const impatient = withRetry(store, { clock: systemClock, random: () => 0, attempts: 1, transferTimeoutMs: 300 });
  await expect(putNew(impatient, 'key', body)).rejects.toMatchObject({ code: 'store.unreachable' });
  await hasFired(planted);
  expect(await waitUntil(() => proxy.open === 0, { deadlineMs: 30_000, clock: systemClock })).toBe(true);
});
