import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '@cbcr/catalog';
import { type InstanceId, instanceSchema, type RecoveryPointId, systemClock } from '@cbcr/domain';
import type { JobKindName } from '@cbcr/jobs';
import {
  compareDatabases,
  createTemporaryFolder,
  createTestDatabase,
  loadSampleDatabase,
  type RedisServer,
  startRedis,
  type TemporaryFolder,
  type TestDatabase,
} from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { createLimitBook, type LimitBook, limitSchema } from '@cbcr/throttle';
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { createWorkerStage, type WorkerStage } from '../test/stage.ts';
import { startWorker, type WorkerProcess } from '../test/worker-process.ts';

/** One worker amid a run of every kind that moves bytes leaves, and another one ends all four. All runs work in the region `other`. */
let stage: WorkerStage;
let customer: TestDatabase;
let folder: TemporaryFolder;
/** Its own, because limits hold for all who share one. */
let redis: RedisServer;
let limits: LimitBook;
let revision = 1;
/** At home in `home`: what is replicated and restored; and what is verified. */
let shop: InstanceId;
let branch: InstanceId;
let verified: RecoveryPointId;
const workers: WorkerProcess[] = [];
const targets: TestDatabase[] = [];

const ready = 'the worker takes jobs';
/** All that move bytes for a while. */
type MovingKind = Exclude<JobKindName, 'garbage' | 'hold' | 'probe' | 'retention'>;
const kinds: readonly MovingKind[] = ['verify', 'replicate', 'backup', 'restore'];
type Runs = Record<MovingKind, RunRecord>;

const limitTo = (rate: string) => limits.publish({ 'worker:*': limitSchema.parse(rate) }, ++revision);
const start = async (name: string, region = stage.other, own: Record<string, string> = {}) => {
  const environment = { CBCR_WORKER_ID: name, SHOP_URL: customer.url, ...own };
  const worker = startWorker(stage, region, inject('serverEnvironment'), environment);
  workers.push(worker);
  await worker.says(ready);
  return worker;
};
const send = (worker: WorkerProcess, signal: 'SIGSTOP' | 'SIGCONT') => {
  if (worker.pid !== undefined) process.kill(worker.pid, signal);
};
const get = (run: RunRecord) => stage.catalog.runs.get(run.id);
const until = (run: RunRecord, facts: object) =>
  vi.waitFor(async () => expect(await get(run)).toMatchObject(facts), { timeout: 150_000, interval: 50 });
const moves = (run: RunRecord, bytes = 1) =>
  vi.waitFor(
    async () => {
      const { state, progress } = await get(run);
      expect(state).toBe('running');
      expect(progress?.doneBytes ?? 0).toBeGreaterThanOrEqual(bytes);
    },
    { timeout: 120_000, interval: 20 },
  );
const backUp = async () => {
  const run = await stage.submit('backup', shop, stage.home);
  await until(run, { state: 'succeeded' });
  const { point } = await get(run);
  if (point === null) throw new Error('a backup names its point');
  return point;
};
/** A point that the region `other` has no copy of. */
const backUpWithout = async () => {
  const path = join(stage.folder, stage.other.id);
  await rename(path, `${path}-away`);
  const point = await backUp();
  await rename(`${path}-away`, path);
  return point;
};
/** A run of every kind, each known to be amid its work; the replication has stored a whole segment of the data. */
async function startAll(owed: RecoveryPointId, target: string): Promise<Runs> {
  await limitTo('8MB/s');
  const other = stage.other;
  const replicate = await stage.submit('replicate', shop, other, { point: owed, target: other.id }, owed);
  await moves(replicate, 32 * 1024 * 1024);
  await limitTo('1MB/s');
  const verify = await stage.submit('verify', shop, other, { point: verified, region: other.id }, verified);
  await moves(verify);
  const backup = await stage.submit('backup', branch, other);
  await moves(backup);
  const restore = await stage.submit('restore', shop, other, { point: owed, to: other.id, target: `env:${target}` }, owed);
  await moves(restore);
  return { replicate, verify, backup, restore };
}
const each = (runs: Runs, check: (run: RunRecord) => Promise<unknown>) => Promise.all(kinds.map((kind) => check(runs[kind])));
/** The manifests of every region, by their paths. */
async function readManifests(): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for (const name of await readdir(stage.folder, { recursive: true, withFileTypes: true })) {
    const path = join(name.parentPath, name.name);
    if (name.isFile() && name.name === 'manifest.json') objects[path] = await readFile(path, 'utf8');
  }
  return objects;
}
const readCatalog = async () => ({
  runs: await stage.catalog.runs.list(),
  points: await stage.catalog.points.list({}),
});
const createTarget = async () => {
  const target = await createTestDatabase(inject('postgresAdminUrl'));
  targets.push(target);
  return target.url;
};
const expectWhole = async (target: string) =>
  expect((await compareDatabases(customer.url, target, { environment: inject('serverEnvironment') })).differences).toEqual([]);

beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
  limits = createLimitBook({ redisUrl: redis.url, clock: systemClock, onError: () => undefined });
  customer = await createTestDatabase(inject('postgresAdminUrl'));
  await loadSampleDatabase(customer.url, { megabytes: 120 });
  const adminUrl = inject('postgresAdminUrl');
  stage = await createWorkerStage({ adminUrl, redisUrl: redis.url, shopUrl: customer.url, clock: systemClock });
  shop = await stage.configure();
  const second = instanceSchema.parse({
    id: 'branch',
    engine: 'postgres',
    home: stage.other.id,
    policy: 'standard',
    connection: 'env:SHOP_URL',
  });
  branch = second.id;
  await stage.catalog.instances.add(second, 'test');
  await start('at-home', stage.home);
  verified = await backUp();
});
afterEach(async () => {
  await limitTo('unlimited');
  await Promise.all(workers.splice(1).map((worker) => worker.end('SIGKILL')));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
  await stage.close();
  await Promise.all([customer, ...targets].map((database) => database.drop()));
  limits.close();
  await redis.stop();
  await folder.remove();
});

test('SIGTERM amid a run of every kind: the worker hands them back within its deadline, and another one goes on', async () => {
  const owed = await backUpWithout();
  const target = await createTarget();
  const first = await start('leaving', stage.other, { TARGET: target, CBCR_SHUTDOWN_SECONDS: '25' });
  const runs = await startAll(owed, 'TARGET');
  const toldAt = systemClock.monotonicMs();
  expect(await first.end('SIGTERM')).toBe(0);
  const tookMs = systemClock.monotonicMs() - toldAt;
  process.stdout.write(`SIGTERM amid ${kinds.join(', ')}: exit code 0 after ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(25_000);
  await each(runs, async (run) => expect(await get(run)).toMatchObject({ state: 'queued', epoch: 1, attempts: 0 }));
  const { progress } = await get(runs.replicate);

  await limitTo('unlimited');
  await start('staying', stage.other, { TARGET: target });
  await each(runs, (run) => until(run, { state: 'succeeded', epoch: 2, attempts: 0 }));
  await expectWhole(target);
  // What was stored is not moved again: at most the segment that was on its way is.
  const { presentBytes, movedBytes } = (await get(runs.replicate)).result as { presentBytes: number; movedBytes: number };
  process.stdout.write(`the replication kept ${presentBytes} of ${presentBytes + movedBytes} bytes\n`);
  expect(presentBytes).toBeGreaterThanOrEqual(progress?.doneBytes ?? Number.NaN);
}, 240_000);

test('a zombie amid a run of every kind changes nothing, and serves other runs afterwards', async () => {
  const owed = await backUpWithout();
  const target = await createTarget();
  const zombie = await start('zombie', stage.other, { TARGET: target });
  const runs = await startAll(owed, 'TARGET');
  send(zombie, 'SIGSTOP');
  const second = await start('second', stage.other, { TARGET: target });
  await each(runs, (run) => until(run, { state: 'running', epoch: 2, worker: 'second' }));
  await second.says('restoring data', 120_000);
  // Amid the work of the other one, whose target it could disturb most.
  send(zombie, 'SIGCONT');
  for (const kind of kinds) {
    await vi.waitFor(() => expect(zombie.lines.some((line) => line['runId'] === runs[kind].id && isLost(line))).toBe(true), 120_000);
  }
  await each(runs, async (run) => expect(await get(run)).toMatchObject({ state: 'running', epoch: 2, worker: 'second' }));
  await limitTo('unlimited');
  await each(runs, (run) => until(run, { state: 'succeeded', epoch: 2, attempts: 0, worker: 'second' }));
  await expectWhole(target);
  const points = (await stage.catalog.points.list({ instance: branch })).filter(({ run }) => run === runs.backup.id);
  expect(points.map(({ state }) => state).toSorted()).toEqual(['complete', 'failed']);
  const before = { ...(await readCatalog()), manifests: await readManifests() };
  expect(Object.keys(before.manifests).filter((path) => path.includes(String(points.find(({ state }) => state === 'failed')?.id)))).toEqual(
    [],
  );

  expect(await second.end('SIGTERM')).toBe(0);
  expect({ ...(await readCatalog()), manifests: await readManifests() }).toEqual(before);
  // Both copies that were made beside the zombie are whole, and it is the zombie who finds that out.
  for (const [instance, point] of [
    [shop, owed] as const,
    [branch, points.find(({ state }) => state === 'complete')?.id ?? owed] as const,
  ]) {
    const check = await stage.submit('verify', instance, stage.other, { point, region: stage.other.id }, point);
    await until(check, { state: 'succeeded', worker: 'zombie' });
  }
  expect(await zombie.end('SIGTERM')).toBe(0);
}, 240_000);

const isLost = (line: WorkerProcess['lines'][number]) => JSON.stringify(line).includes('run.lost');
