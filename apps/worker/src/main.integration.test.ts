import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Region, type RunId, systemClock } from '@cbcr/domain';
import { createTestDatabase, type FaultProxy, loadSampleDatabase, startFaultProxy, type TestDatabase } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { createWorkerStage, type WorkerStage } from '../test/stage.ts';
import { startWorker, type WorkerProcess } from '../test/worker-process.ts';

let stage: WorkerStage;
let customer: TestDatabase;
/** In front of the customer's database, so that a test decides how long a dump takes. */
let network: FaultProxy;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  customer = await createTestDatabase(inject('postgresAdminUrl'));
  await loadSampleDatabase(customer.url, { megabytes: 10 });
  network = await startFaultProxy({ port: Number(new URL(customer.url).port) });
});
afterAll(async () => {
  await network.close();
  await customer.drop();
});
beforeEach(async () => {
  const shopUrl = network.urlOf(customer.url);
  stage = await createWorkerStage({ adminUrl: inject('postgresAdminUrl'), redisUrl: inject('redisUrl'), shopUrl, clock: systemClock });
});
afterEach(async () => {
  network.set({ kind: 'pass' });
  const ended = workers.splice(0);
  await Promise.all(ended.map((worker) => worker.end('SIGKILL')));
  for (const { lines } of ended) expectCleanLog(lines);
  await stage.close();
});

/** JSON, line by line, with what operators search for, and without a secret: every test of this file looks. */
function expectCleanLog(lines: WorkerProcess['lines']): void {
  for (const line of lines) {
    expect(line).toMatchObject({ level: expect.stringMatching(/^(info|warn|error|fatal)$/), time: expect.any(String), service: 'worker' });
    for (const secret of stage.secrets) expect(JSON.stringify(line)).not.toContain(secret);
  }
}
function start(region: Region, environment: Record<string, string> = {}): WorkerProcess {
  const worker = startWorker(stage, region, inject('serverEnvironment'), environment);
  workers.push(worker);
  return worker;
}
const ready = 'the worker takes jobs';
/** Of a test, in milliseconds: processes start slowly on a machine that has other work. */
const patience = 240_000;
const becomes = (region: Region, state: string) =>
  vi.waitFor(async () => expect(await stage.healthOf(region)).toMatchObject({ state }), { timeout: 90_000, interval: 50 });
const ends = (id: RunId, state: string) =>
  vi.waitFor(async () => expect(await stage.catalog.runs.get(id)).toMatchObject({ state }), { timeout: 120_000, interval: 50 });
const fileOf = (region: Region) => join(stage.folder, region.id);

test(
  'a worker that starts before its region is known waits for it and serves it; secrets leave it nowhere',
  async () => {
    const worker = start(stage.home);
    await worker.says('the catalog does not know this region yet');
    expect(worker.hasSaid(ready)).toBe(false);
    const shop = await stage.configure();
    await worker.says(ready);
    await becomes(stage.home, 'up');
    const backup = await stage.submit('backup', shop, stage.home);
    await ends(backup.id, 'succeeded');
    const { point } = await stage.catalog.runs.get(backup.id);
    if (point === null) throw new Error('a backup names its point');
    const verify = await stage.submit('verify', shop, stage.home, { point, region: stage.home.id }, point);
    await ends(verify.id, 'succeeded');

    expect(await worker.end('SIGTERM')).toBe(0);
    expect(await stage.catalog.workers.list()).toEqual([]);
    expect(await stage.healthOf(stage.home)).toMatchObject({ state: 'unknown' });
    const about = worker.lines.filter(({ runId }) => runId === verify.id);
    expect(about.length).toBeGreaterThan(0);
    for (const line of about) {
      expect(line).toMatchObject({ kind: 'verify', region: stage.home.id, instance: shop, recoveryPoint: point });
    }
    const manifest = await readFile(join(fileOf(stage.home), 'v1', shop, point, 'manifest.json'), 'utf8');
    const record = JSON.stringify([await stage.catalog.runs.list(), await stage.catalog.points.get(point)]);
    for (const secret of stage.secrets) for (const text of [manifest, record]) expect(text).not.toContain(secret);
  },
  patience,
);

test(
  'a worker that is told to stop while it waits for its region leaves at once',
  async () => {
    const worker = start(stage.home);
    await worker.says('the catalog does not know this region yet');
    const toldAt = systemClock.monotonicMs();
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(systemClock.monotonicMs() - toldAt).toBeLessThan(15_000);
  },
  patience,
);

test(
  'SIGTERM amid a backup hands the run back within the deadline, and another worker finishes it; a cancelled one ends with its dump',
  async () => {
    const shop = await stage.configure();
    const first = start(stage.home, { CBCR_SHUTDOWN_SECONDS: '25' });
    await first.says(ready);
    network.set({ kind: 'throttle', bytesPerSecond: 200_000 });
    const run = await stage.submit('backup', shop, stage.home);
    await first.says('capture begins');
    const second = start(stage.home);
    await second.says(ready);
    expect(await stage.catalog.runs.get(run.id)).toMatchObject({ state: 'running', epoch: 1 });
    expect(network.fired()).toBeGreaterThan(0);
    const toldAt = systemClock.monotonicMs();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(systemClock.monotonicMs() - toldAt).toBeLessThan(26_000);

    network.set({ kind: 'pass' });
    await ends(run.id, 'succeeded');
    expect(await stage.catalog.runs.get(run.id)).toMatchObject({ epoch: 2, attempts: 0 });
    const points = await stage.catalog.points.list({ instance: shop });
    expect(points.map(({ state }) => state).toSorted()).toEqual(['complete', 'failed']);
    network.set({ kind: 'throttle', bytesPerSecond: 200_000 });
    const unwanted = await stage.submit('backup', shop, stage.home);
    await vi.waitFor(async () => expect(await stage.catalog.points.list({ instance: shop })).toHaveLength(3), 60_000);
    await stage.catalog.runs.requestCancel(unwanted.id, 'the test');
    await stage.queues.announceCancel(stage.home.id, unwanted.id);
    await ends(unwanted.id, 'cancelled');
    await vi.waitFor(() => expect(network.openConnections()).toBe(0), 60_000);
    expect((await stage.catalog.points.list({ instance: shop, limit: 1 })).map(({ state }) => state)).toEqual(['failed']);
  },
  patience,
);

test(
  'a region is up while its worker reports, down with the reason while its store is gone, and down within seconds of its death',
  async () => {
    await stage.configure();
    const worker = start(stage.home);
    await becomes(stage.home, 'up');
    expect(await stage.healthOf(stage.other)).toMatchObject({ state: 'unknown' });

    await rename(fileOf(stage.home), `${fileOf(stage.home)}-away`);
    await becomes(stage.home, 'down');
    expect((await stage.healthOf(stage.home)).reason).toContain(stage.home.id);
    await rename(`${fileOf(stage.home)}-away`, fileOf(stage.home));
    await becomes(stage.home, 'up');
    await worker.says('the state of the store changed');

    await worker.end('SIGKILL');
    const diedAt = systemClock.monotonicMs();
    await becomes(stage.home, 'down');
    // Six seconds after its last report; a machine that has other work gets more.
    expect(systemClock.monotonicMs() - diedAt).toBeLessThan(20_000);
  },
  patience,
);

test(
  'an environment that is not complete ends with exit code 2 and names what is missing',
  async () => {
    const worker = start(stage.home, { CBCR_REGION: 'Not A Region', CBCR_REDIS_URL: '' });
    expect(await worker.exited).toBe(2);
    const fatal = worker.lines.find(({ level }) => level === 'fatal');
    expect(fatal?.msg).toMatch(/CBCR_REGION.*CBCR_REDIS_URL|CBCR_REDIS_URL.*CBCR_REGION/);
  },
  patience,
);
