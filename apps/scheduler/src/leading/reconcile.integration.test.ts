import { systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { configure, createRounds, newNamespace, type Rounds } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { createMissingCopies } from './missing-copies.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { relayWakeUps } from './relay.ts';

let stage: SchedulerStage;
let rounds: Rounds;
let reconciler: Reconciler;
const opened: Rounds[] = [];
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await configure(stage, stage.yaml());
  const at = { redisUrl: inject('redisUrl'), namespace: newNamespace() };
  rounds = createRounds(stage, at);
  opened.push(rounds, createRounds(stage, at, { catalog: stage.database.openAnother() }));
  reconciler = createReconciler(rounds);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ queues }) => queues.close()));
  await stage.close();
});

const runsOf = async (kind: string) =>
  (await stage.catalog.runs.list({ kind })).map(({ region, point, state, requestedBy }) => ({ region, point, state, requestedBy }));

test('stored copies are verified, each by one run, however many reconcilers look and however often', async () => {
  await stage.reportRegions(true);
  const { id } = await makePoint(stage, () => 'stored');
  const reconcilers = opened.map(createReconciler);
  await Promise.all(reconcilers.map((one) => one.round()));
  await Promise.all(reconcilers.map((one) => one.round()));
  const runs = await runsOf('verify');
  expect(runs).toHaveLength(2);
  for (const region of [stage.home, stage.other]) {
    expect(runs).toContainEqual({ region, point: id, state: 'queued', requestedBy: 'reconciler' });
  }
  expect(await runsOf('replicate')).toEqual([]);
});

test('a debt becomes a replicate run in the region that owes, once, and only while the region is up', async () => {
  await stage.reportRegions(true, stage.home);
  await stage.reportRegions(false, stage.other);
  const { id } = await makePoint(stage, (region) => (region === stage.home ? 'verified' : 'failed'));
  await reconciler.round();
  expect(await runsOf('replicate')).toEqual([]);
  await stage.reportRegions(true, stage.other);
  await reconciler.round();
  await reconciler.round();
  expect(await runsOf('replicate')).toEqual([{ region: stage.other, point: id, state: 'queued', requestedBy: 'reconciler' }]);
});

test('a point in which every copy is verified asks for nothing', async () => {
  await stage.reportRegions(true);
  await makePoint(stage, () => 'verified');
  await reconciler.round();
  expect(await stage.catalog.runs.list({ states: ['queued', 'running', 'waiting'] })).toEqual([]);
});

test('a policy that wants more copies is served for the newest point as soon as it is applied', async () => {
  await stage.reportRegions(true);
  await configure(stage, stage.yaml({ copies: 1 }));
  const { id, copies } = await makePoint(stage, () => 'verified');
  expect(copies).toHaveLength(1);
  await reconciler.round();
  expect(await runsOf('replicate')).toEqual([]);
  await configure(stage, stage.yaml({ copies: 2 }));
  reconciler.configChanged();
  await reconciler.round();
  expect(await stage.catalog.copies.list(id)).toHaveLength(2);
  expect(await runsOf('replicate')).toMatchObject([{ region: stage.other, point: id }]);
});

test('older points get what is demanded now as well, the newest first, and only so many copies are owed at a time', async () => {
  await stage.reportRegions(true);
  await configure(stage, stage.yaml({ copies: 1 }));
  const points: string[] = [];
  for (let made = 0; made < 4; made++) points.unshift((await makePoint(stage, () => 'verified')).id);
  await configure(stage, stage.yaml({ copies: 2 }));
  const owed = async () => (await stage.catalog.copies.debts()).map(({ point }) => point).toSorted();
  const planSome = createMissingCopies(rounds, { mostOwed: 3 });
  await planSome();
  expect(await owed()).toEqual(points.slice(0, 3).toSorted());
  await planSome();
  expect(await owed()).toHaveLength(3);
  await reconciler.round();
  expect(await owed()).toEqual(points.toSorted());
  expect((await runsOf('replicate')).map(({ region, point }) => ({ region, point }))).toEqual(
    expect.arrayContaining(points.map((point) => ({ region: stage.other, point }))),
  );
});

test.each([
  ['was down', async () => stage.reportRegions(false, stage.home)],
  ['was not heard of', async () => undefined],
])('runs that wait are woken when a region that %s is up', async (_state, before) => {
  const { run } = await stage.catalog.runs.create({ kind: 'backup', region: stage.home, instance: shop, params: {}, requestedBy: 'test' });
  const held = await stage.catalog.ledger.open(run.id, 'worker');
  if (held === null) throw new Error('a new run can be opened');
  const notBefore = new Date(systemClock.now().getTime() + 600_000);
  await stage.catalog.ledger.wait(run.id, held.epoch, { code: 'store.unreachable', message: '', hint: '' }, notBefore);
  await relayWakeUps(rounds);
  await rounds.queues.remove('backup', stage.home, run.id);
  await rounds.queues.enqueue({ kind: 'backup', region: stage.home, runId: run.id, notBefore });

  await before();
  await reconciler.round();
  expect(await rounds.queues.has('backup', stage.home, run.id)).toBe('delayed');
  await stage.reportRegions(true, stage.home);
  await reconciler.round();
  expect(await rounds.queues.has('backup', stage.home, run.id)).toBe('waiting');
});
