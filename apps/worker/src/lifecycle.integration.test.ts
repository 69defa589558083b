import { type InstanceId, systemClock } from '@cbcr/domain';
import { createTestDatabase, type FaultProxy, loadSampleDatabase, startFaultProxy, type TestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { createWorkerStage, type WorkerStage } from '../test/stage.ts';
import { startWorker, type WorkerProcess } from '../test/worker-process.ts';

/** What a worker does about servers that neither answer nor hang up. */
let stage: WorkerStage;
let shop: InstanceId;
let customer: TestDatabase;
let toCustomer: FaultProxy;
const proxies: FaultProxy[] = [];
const workers: WorkerProcess[] = [];

const proxyOf = async (url: string) => {
  const proxy = await startFaultProxy({ port: Number(new URL(url).port) });
  proxies.push(proxy);
  return { proxy, url: proxy.urlOf(url) };
};
const start = async (own: Record<string, string> = {}) => {
  const worker = startWorker(stage, stage.home, inject('serverEnvironment'), own);
  workers.push(worker);
  await worker.says('the worker takes jobs');
  return worker;
};
const until = (id: Parameters<WorkerStage['catalog']['runs']['get']>[0], facts: object) =>
  vi.waitFor(async () => expect(await stage.catalog.runs.get(id)).toMatchObject(facts), { timeout: 150_000, interval: 50 });

beforeEach(async () => {
  customer = await createTestDatabase(inject('postgresAdminUrl'));
  await loadSampleDatabase(customer.url, { megabytes: 5 });
  const { proxy, url: shopUrl } = await proxyOf(customer.url);
  toCustomer = proxy;
  stage = await createWorkerStage({ adminUrl: inject('postgresAdminUrl'), redisUrl: inject('redisUrl'), shopUrl, clock: systemClock });
  shop = await stage.configure();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.end('SIGKILL')));
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  await stage.close();
  await customer.drop();
});

test('a worker whose catalog hangs when it is told to stop exits at its deadline and says so; another one takes its run over', async () => {
  const catalog = await proxyOf(stage.database.url);
  const first = await start({ CBCR_DATABASE_URL: catalog.url, CBCR_SHUTDOWN_SECONDS: '3' });
  toCustomer.set({ kind: 'throttle', bytesPerSecond: 200_000 });
  const run = await stage.submit('backup', shop, stage.home);
  await first.says('capture begins');
  catalog.proxy.set({ kind: 'stall' });
  const toldAt = systemClock.monotonicMs();
  expect(await first.end('SIGTERM')).toBe(5);
  const tookMs = systemClock.monotonicMs() - toldAt;
  process.stdout.write(`a hanging worker: exit code 5 after ${Math.round(tookMs)} ms of 3000\n`);
  expect(tookMs).toBeLessThan(25_000);
  expect(catalog.proxy.fired()).toBeGreaterThan(0);
  expect(first.lines.at(-1)).toMatchObject({ level: 'fatal', error: { code: 'run.stop-overdue' } });
  await vi.waitFor(() => expect(toCustomer.openConnections()).toBe(0), 60_000);
  expect(await stage.catalog.runs.get(run.id)).toMatchObject({ state: 'running', epoch: 1 });

  toCustomer.set({ kind: 'pass' });
  await start();
  await until(run.id, { state: 'succeeded', epoch: 2, attempts: 0 });
}, 240_000);

test('a worker whose connections to Redis were silently forgotten notices, dials again and takes the job that waits', async () => {
  const redis = await proxyOf(String(stage.environment['CBCR_REDIS_URL']));
  const worker = await start({ CBCR_REDIS_URL: redis.url });
  const before = await stage.submit('backup', shop, stage.home);
  await until(before.id, { state: 'succeeded' });
  redis.proxy.set({ kind: 'forget' });
  const forgottenAt = systemClock.monotonicMs();
  const run = await stage.submit('backup', shop, stage.home);
  await until(run.id, { state: 'succeeded', epoch: 1 });
  process.stdout.write(`forgotten by Redis: the run had ended ${Math.round(systemClock.monotonicMs() - forgottenAt)} ms later\n`);
  expect(redis.proxy.fired()).toBeGreaterThan(0);
  await worker.says('The queue cannot be watched');
  expect(await worker.end('SIGTERM')).toBe(0);
}, 240_000);
