import type { Catalog } from '@cbcr/catalog';
import { type RunId, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { configure, createRounds, laterClock, newNamespace, type Rounds } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { runDueSchedules } from './due-schedules.ts';
import { reviveLostRuns } from './lost-runs.ts';
import { createReconciler } from './reconcile.ts';
import { relayWakeUps } from './relay.ts';

let stage: SchedulerStage;
let folder: TemporaryFolder;
/** Its own: it is emptied and killed. */
let redis: RedisServer;
let rounds: Rounds;
let at: { redisUrl: string; namespace: string };
const opened: Rounds[] = [];
const another = (...changes: [Parameters<typeof createRounds>[2]?]) => {
  const made = createRounds(stage, at, ...changes);
  opened.push(made);
  return made;
};

beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await configure(stage, stage.yaml());
  at = { redisUrl: redis.url, namespace: newNamespace() };
  rounds = another();
  return async () => {
    await Promise.all(opened.splice(0).map(({ queues }) => queues.close()));
    await stage.close();
  };
});

const later = (ms: number) => ({ clock: laterClock(systemClock, ms) });
async function createBackup(): Promise<RunId> {
  const { run } = await stage.catalog.runs.create({ kind: 'backup', region: stage.home, instance: shop, params: {}, requestedBy: 'test' });
  return run.id;
}
const waiting = async () => (await rounds.queues.counts('backup', stage.home)).waiting;
const stateOf = (run: RunId) => rounds.queues.has('backup', stage.home, run);
const outboxSize = async () => (await stage.database.openAnother().outbox.claim(100, 0)).length;
/** It keeps nothing on disk, so it comes back empty. */
async function emptyRedis(): Promise<void> {
  await redis.kill();
  await redis.restart();
  await vi.waitFor(waiting, 60_000);
}
const restUntilLater = (run: RunId) => restUntil(run, 3_600_000);
async function restUntil(run: RunId, pauseMs: number): Promise<void> {
  const { ledger } = stage.catalog;
  const held = await ledger.open(run, 'worker');
  if (held === null) throw new Error('a new run can be opened');
  const error = { code: 'store.unreachable', message: '', hint: '' };
  await ledger.wait(run, held.epoch, error, new Date(systemClock.now().getTime() + pauseMs));
}

test('a wake-up call goes from the outbox to the queue once', async () => {
  const run = await createBackup();
  await relayWakeUps(rounds);
  expect(await stateOf(run)).toBe('waiting');
  expect(await outboxSize()).toBe(0);
  await Promise.all([relayWakeUps(rounds), relayWakeUps(another())]);
  expect(await waiting()).toBe(1);
});

test('a relay that dies between the queue and the outbox costs nothing: the call is made again and changes nothing', async () => {
  const run = await createBackup();
  let died = 0;
  const { outbox } = stage.catalog;
  const markRelayed: Catalog['outbox']['markRelayed'] = async () => {
    died += 1;
    throw new Error('the process died');
  };
  const dying = another({ catalog: { ...stage.catalog, outbox: { ...outbox, markRelayed } } });
  await expect(relayWakeUps(dying)).rejects.toThrow('died');
  expect([died, await stateOf(run)]).toEqual([1, 'waiting']);
  expect(await relayWakeUps(rounds)).toBe('done');
  const successor = { ...later(6_000), catalog: stage.database.openAnother(later(6_000)) };
  await relayWakeUps(another(successor));
  expect(await waiting()).toBe(1);
  expect(await outboxSize()).toBe(0);
});

test('while Redis is away calls stay in the outbox and debts become runs all the same; they go out when it is back', async () => {
  await stage.reportRegions(true);
  await makePoint(stage, () => 'stored');
  const run = await createBackup();
  await restUntilLater(await createBackup());
  await waiting();
  await redis.kill();
  await expect(relayWakeUps(rounds)).rejects.toMatchObject({ code: 'queue.unreachable' });
  await expect(createReconciler(rounds).round()).rejects.toMatchObject({ code: 'queue.unreachable' });
  expect(await stage.catalog.runs.list({ kind: 'verify' })).toHaveLength(2);
  await redis.restart();
  const successor = another({ ...later(6_000), catalog: stage.database.openAnother(later(6_000)) });
  await vi.waitFor(async () => {
    await relayWakeUps(successor);
    expect(await stateOf(run)).toBe('waiting');
  }, 60_000);
});

test('what Redis has lost is enqueued again; what somebody works on, or what is not yet due, is left alone', async () => {
  const lost = await createBackup();
  const working = await createBackup();
  const resting = await createBackup();
  await relayWakeUps(rounds);
  const held = await stage.catalog.ledger.open(working, 'worker');
  if (held === null) throw new Error('a new run can be opened');
  await restUntilLater(resting);
  await emptyRedis();
  expect(await stateOf(lost)).toBe('absent');

  await reviveLostRuns(rounds);
  expect(await stateOf(lost), 'its call went out a moment ago').toBe('absent');
  const afterwards = another({ ...later(11_000), catalog: stage.database.openAnother(later(11_000)) });
  await stage.database.openAnother(later(11_000)).ledger.heartbeat(working, held.epoch, null);
  await reviveLostRuns(afterwards);
  expect([await stateOf(lost), await stateOf(working), await stateOf(resting)]).toEqual(['waiting', 'absent', 'absent']);
  await reviveLostRuns(afterwards);
  expect(await waiting()).toBe(1);
  // Nobody has heard of the worker for long: the run is woken, and its next worker takes it over by a new epoch.
  const muchLater = another({ ...later(60_000), catalog: stage.database.openAnother(later(60_000)) });
  await reviveLostRuns(muchLater);
  expect(await stateOf(working)).toBe('waiting');
});

test('a run that is overdue by the catalog’s time is woken, also where the queue keeps it for later by the clock of a worker', async () => {
  const run = await createBackup();
  await relayWakeUps(rounds);
  await rounds.queues.remove('backup', stage.home, run);
  await restUntil(run, 1_000);
  // As a worker does whose clock is an hour ahead.
  await rounds.queues.enqueue({ kind: 'backup', region: stage.home, runId: run, notBefore: later(3_601_000).clock.now() });
  await reviveLostRuns(rounds);
  expect(await stateOf(run), 'it is not overdue').toBe('delayed');
  await reviveLostRuns(another({ ...later(13_000), catalog: stage.database.openAnother(later(13_000)) }));
  expect(await stateOf(run)).toBe('waiting');
});

test('a due time becomes one run, whoever looks and however often, and missed ones are made up for by one', async () => {
  // Half an hour away from now, so that it is not due by itself meanwhile.
  const minute = (systemClock.now().getUTCMinutes() + 30) % 60;
  await configure(stage, stage.yaml({ cron: `${minute} * * * *` }));
  await runDueSchedules(rounds);
  const backups = () => stage.catalog.runs.list({ kind: 'backup' });
  expect(await backups(), 'a new schedule begins with its next due time').toEqual([]);
  expect((await stage.catalog.instances.get(shop)).nextDueAt?.getTime()).toBeGreaterThan(systemClock.now().getTime());

  await stage.catalog.instances.setNextDue(shop, new Date(systemClock.now().getTime() - 86_400_000));
  const schedulers = Array.from({ length: 6 }, () => another({ catalog: stage.database.openAnother() }));
  await Promise.all(schedulers.map((scheduler) => runDueSchedules(scheduler)));
  await Promise.all(schedulers.map((scheduler) => runDueSchedules(scheduler)));
  expect(await backups()).toMatchObject([{ requestedBy: 'schedule', region: stage.home, state: 'queued' }]);
  expect((await stage.catalog.instances.get(shop)).nextDueAt?.getTime()).toBeGreaterThan(systemClock.now().getTime());

  await stage.catalog.instances.setNextDue(shop, new Date(systemClock.now().getTime() - 1_000));
  await runDueSchedules(rounds);
  expect(await backups(), 'the earlier one still runs').toHaveLength(1);
});
