import { CbcrError, type HoldId, type InstanceId, instanceSchema, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { configure, createRounds, laterClock, newNamespace } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { protectStores } from './protect-stores.ts';

let stage: SchedulerStage;
const opened: { queues: { close(): Promise<unknown> } }[] = [];
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  await configure(stage, stage.yaml());
});
afterAll(async () => {
  await Promise.all(opened.map(({ queues }) => queues.close()));
  await stage.close();
});

/** One round of a scheduler, so much later. */
async function round(laterMs = 0): Promise<void> {
  const rounds = createRounds(
    stage,
    { redisUrl: inject('redisUrl'), namespace: newNamespace() },
    { clock: laterClock(systemClock, laterMs) },
  );
  opened.push(rounds);
  await protectStores(rounds);
}
const holdRuns = async () =>
  (await stage.catalog.runs.list({ instance: shop, kind: 'hold', limit: 100 })).map(({ region, state }) => ({ region, state }));
const due = async () => (await stage.catalog.protection.due(100)).map(({ instance }) => instance);
const place = () =>
  stage.catalog.holds.place({ title: 'Miller', reason: 'a court asks', matter: null, selector: { instances: [shop] } }, 'ada');

/** What a worker does: the store was told about each of the points, and it says so. */
async function tellStores(hold: HoldId): Promise<void> {
  const points = await stage.catalog.points.list({ instance: shop, limit: 100 });
  for (const { id, region } of await stage.catalog.runs.list({ instance: shop, kind: 'hold', states: ['queued'], limit: 100 })) {
    const run = await stage.catalog.ledger.open(id, 'worker of the test');
    if (run === null) throw new Error('a queued run can be opened');
    const effects = [{ hold, state: 'set' as const, detail: 'on 9 versions' }];
    for (const { id: point } of points) {
      await stage.catalog.protection.record({ run: id, epoch: run.epoch, point, region, effects, lock: undefined }, []);
    }
    await stage.catalog.ledger.succeed(id, run.epoch, {});
  }
}

test('a new point of an instance without holds and locks asks nothing of its stores', async () => {
  await makePoint(stage, () => 'verified');
  expect(await due()).toContain(shop);
  await round();
  expect(await due()).toEqual([]);
  expect(await holdRuns()).toEqual([]);
});

test('a hold makes one run for each region of its copies, once; when they are done, nobody looks again until something changes', async () => {
  await makePoint(stage, () => 'verified');
  await round();
  const { id } = await place();
  expect(await due()).toEqual([shop]);
  await round();
  await round(60_000);
  const wanted = [stage.home, stage.other].toSorted();
  expect((await holdRuns()).map(({ region }) => region).toSorted()).toEqual(wanted);
  await tellStores(id);
  await round(2 * 3_600_000);
  expect(await holdRuns()).toHaveLength(2);
  expect(await due()).toEqual([]);
});

test('whoever asks while somebody looks is not forgotten', async () => {
  const [look] = await lookAt(shop);
  if (look === undefined) throw new Error('the instance is due');
  await stage.catalog.protection.ask([shop]);
  await stage.catalog.protection.settle(look, null);
  expect(await due()).toContain(shop);
  const [again] = await lookAt(shop);
  if (again === undefined) throw new Error('the instance is due');
  await stage.catalog.protection.settle(again, null);
  expect(await due()).not.toContain(shop);
});

test('another version of the rules asks for a look at every instance', async () => {
  await configure(stage, stage.yaml({ copies: 1 }));
  expect(await due()).toContain(shop);
});

test('an instance that cannot be judged keeps no other from protection, and is tried again after the others', async () => {
  const { catalog } = stage;
  const { engine, home, policy } = await catalog.instances.get(shop);
  const ailing = instanceSchema.parse({ id: 'ailing', engine, home, policy, connection: 'env:AILING_URL' });
  await catalog.instances.add(ailing, 'test');
  for (const look of await catalog.protection.due(100)) await catalog.protection.settle(look, null);
  // Due longest.
  await catalog.protection.ask([ailing.id]);
  await catalog.protection.ask([shop]);
  const error = new CbcrError('policy.none-applies', { instance: ailing.id, known: 'none' });
  const get: typeof catalog.instances.get = async (id) => {
    if (id === ailing.id) throw error;
    return catalog.instances.get(id);
  };
  const rounds = createRounds(
    stage,
    { redisUrl: inject('redisUrl'), namespace: newNamespace() },
    { clock: laterClock(systemClock, 3_600_000), catalog: { ...catalog, instances: { ...catalog.instances, get } } },
  );
  opened.push(rounds);
  await expect(protectStores(rounds)).rejects.toBe(error);
  expect(await due()).toEqual([]);
  await protectStores(rounds);
});

async function lookAt(instance: InstanceId) {
  await stage.catalog.protection.ask([instance]);
  return (await stage.catalog.protection.due(100)).filter((look) => look.instance === instance);
}
