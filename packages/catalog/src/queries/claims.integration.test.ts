import { systemClock as clock, type RunId } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, instanceNamed, policy, regions, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalogs: Catalog[];
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
  catalogs = [catalog, ...Array.from({ length: 7 }, () => stage.openAnother({ maxConnections: 2 }))];
});
afterAll(() => stage.drop());

const instances = Array.from({ length: 60 }, (_, n) => instanceNamed(`shop-${n}`));
const schedule = policy.schedule ?? null;
const hour = 3_600_000;
const nextDue = (_schedule: unknown, after: Date) => new Date(Math.floor(after.getTime() / hour + 1) * hour);
const claim = (from: Catalog, now: Date, limit = 7) =>
  from.instances.claimDue({ now, limit, kind: 'backup', requestedBy: 'schedule', nextDue });

/** Claims with every catalog until nothing is left. */
async function claimAll(now: Date) {
  const claims = await Promise.all(
    catalogs.map(async (from) => {
      const all = [];
      for (let batch = await claim(from, now); batch.length > 0; batch = await claim(from, now)) all.push(...batch);
      return all;
    }),
  );
  return claims.flat();
}

test('new instances with a schedule are found, and are due only once they have a time', async () => {
  await catalog.applyConfig({ regions, policies: [policy], instances }, 'config');
  const { version } = await catalog.rulebook.current();
  const unscheduled = await catalog.instances.listUnscheduled(version);
  expect(unscheduled).toHaveLength(60);
  expect(unscheduled[0]).toMatchObject({ id: 'shop-0', schedule: null });
  expect(await claimAll(clock.now())).toEqual([]);
});

test('many schedulers at once make one run per due instance, with its wake-up call and next due time', async () => {
  const now = new Date(1_800_000_000_000);
  const dueAt = new Date(now.getTime() - 1000);
  for (const instance of instances) await catalog.instances.setSchedule(instance.id, { schedule, version: 1, nextDueAt: dueAt });
  const claims = await claimAll(now);
  expect(claims.map((claimed) => claimed.instance).toSorted()).toEqual(instances.map((instance) => instance.id).toSorted());
  expect(new Set(claims.map((claimed) => claimed.run)).size).toBe(60);
  expect(await catalog.runs.list({ kind: 'backup', limit: 100 })).toHaveLength(60);
  for (const { nextDueAt } of claims) expect(nextDueAt).toEqual(nextDue(null, now));
  expect(await catalog.runs.list({ instance: instances[0]?.id })).toMatchObject([
    { kind: 'backup', region: alpha, requestedBy: 'schedule', params: { dueAt: dueAt.toISOString() } },
  ]);
});

test('an instance whose last scheduled run is still active gets no second one', async () => {
  const now = new Date(1_800_000_000_000 + hour * 2);
  const claims = await claimAll(now);
  expect(claims).toHaveLength(60);
  expect(claims.every((claimed) => claimed.run === null)).toBe(true);
});

describe('the outbox', () => {
  test('many relays at once get each call once', async () => {
    const relayed = await Promise.all(
      catalogs.map(async (from) => {
        const mine: RunId[] = [];
        for (let calls = await from.outbox.claim(5); calls.length > 0; calls = await from.outbox.claim(5)) {
          expect(calls.length).toBeLessThanOrEqual(5);
          mine.push(...calls.map((call) => call.run));
          await from.outbox.markRelayed(calls);
        }
        return mine;
      }),
    );
    expect(relayed.flat()).toHaveLength(60);
    expect(new Set(relayed.flat()).size).toBe(60);
  });

  test('a call whose relay died is made again once its claim has run out', async () => {
    const { run } = await catalog.runs.create({ kind: 'verify', region: alpha, instance: shop.id, params: {}, requestedBy: 'test' });
    const [call] = await catalog.outbox.claim(10, 0);
    expect(call?.run).toBe(run.id);
    const [again] = await catalog.outbox.claim(10, 60_000);
    expect(again).toEqual(call);
    expect(await catalog.outbox.claim(10)).toEqual([]);
  });

  test('fresh calls come before those that were tried', async () => {
    const create = async () =>
      (await catalog.runs.create({ kind: 'verify', region: alpha, instance: shop.id, params: {}, requestedBy: 'test' })).run.id;
    const tried = await create();
    expect(await catalog.outbox.claim(1, 0)).toMatchObject([{ run: tried }]);
    const fresh = await create();
    expect(await catalog.outbox.claim(1, 0)).toMatchObject([{ run: fresh }]);
  });
});

test('the priority that was worked out with the schedule goes with the run and its wake-up call', async () => {
  const { id: urgent } = await catalog.instances.add(instanceNamed('urgent'), 'test');
  const now = new Date(1_800_000_000_000 + hour * 3);
  await catalog.instances.setSchedule(urgent, { schedule, priority: 'high', version: 1, nextDueAt: now });
  await claimAll(now);
  const wanted = { kind: 'verify', region: alpha, instance: urgent, params: {}, requestedBy: 'test' };
  const { run: low } = await catalog.runs.create({ ...wanted, priority: 'low' });
  const { run: silent } = await catalog.runs.create(wanted);
  expect(await catalog.runs.list({ instance: urgent })).toMatchObject([
    { id: silent.id, priority: null },
    { id: low.id, priority: 'low' },
    { kind: 'backup', priority: 'high' },
  ]);
  const ofUrgent = new Set((await catalog.runs.list({ instance: urgent })).map(({ id }) => id));
  const calls = (await catalog.outbox.claim(1000)).filter(({ run }) => ofUrgent.has(run));
  expect(calls.map(({ priority }) => priority)).toEqual(['high', 'low', null]);
});
