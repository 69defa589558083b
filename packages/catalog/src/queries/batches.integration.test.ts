import { systemClock as clock, type RunId, regionIdSchema } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beginPoint, completePoint, openRun, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());

const wanted = (extra: { idempotencyKey?: string; params?: unknown } = {}) => ({
  kind: 'backup',
  region: alpha,
  instance: shop.id,
  params: {},
  requestedBy: 'test',
  ...extra,
});

/** While somebody else holds the row of this run locked. */
async function whileLocked(run: RunId, work: (tx: postgres.TransactionSql) => Promise<void>): Promise<void> {
  const sql = postgres(stage.url, { max: 1 });
  try {
    await sql.begin(async (tx) => {
      await tx`select from runs where id = ${run} for no key update`;
      await work(tx);
    });
  } finally {
    await sql.end();
  }
}

test('of runs that are created at once, one that cannot be created is refused and the others are there with all they have', async () => {
  const strange = { text: 'quotes " and \\ and {braces}, and ünïcode', nothing: null, list: [1, 'two', { three: 3 }] };
  const [plain, bad, keyed, twin] = await Promise.allSettled([
    catalog.runs.create(wanted({ params: strange })),
    catalog.runs.create({ ...wanted(), region: regionIdSchema.parse('nowhere') }),
    catalog.runs.create(wanted({ idempotencyKey: 'twins' })),
    catalog.runs.create(wanted({ idempotencyKey: 'twins' })),
  ]);
  expect(bad.status).toBe('rejected');
  expect(plain).toMatchObject({ value: { created: true, run: { params: strange, epoch: 0, attempts: 0, cancelRequested: false } } });
  if (keyed.status === 'rejected' || twin.status === 'rejected') throw new Error('a run with a key was not created');
  expect(keyed.value.run.id).toBe(twin.value.run.id);
  expect([keyed.value.created, twin.value.created].filter(Boolean)).toHaveLength(1);
});

test('of successes that are told at once each counts by its own epoch, and none takes a capture with it', async () => {
  const [plain, stale, capturing, complete, again] = await Promise.all(Array.from({ length: 5 }, () => openRun(catalog)));
  if (!plain || !stale || !capturing || !complete || !again) throw new Error('five runs were opened');
  await catalog.ledger.open(stale.run, 'worker-2');
  const begun = await beginPoint(catalog, capturing, clock.now());
  const done = await completePoint(catalog, complete, clock.now());
  await catalog.ledger.succeed(again.run, again.epoch, { n: 4 });
  const outcomes = await Promise.allSettled(
    [plain, stale, capturing, complete, again].map(({ run, epoch }, n) => catalog.ledger.succeed(run, epoch, { n })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { code: 'run.lost', facts: { run: stale.run } } });
  expect(await catalog.runs.get(plain.run)).toMatchObject({ state: 'succeeded', result: { n: 0 }, finishedAt: expect.any(Date) });
  expect(await catalog.runs.get(stale.run)).toMatchObject({ state: 'running', epoch: 2, result: null });
  expect((await catalog.points.get(begun.id)).state).toBe('failed');
  expect((await catalog.points.get(done.id)).state).toBe('complete');
});

test('of successes that are told at once one that no database can hold is refused, and the others count', async () => {
  const held = await Promise.all(Array.from({ length: 3 }, () => openRun(catalog)));
  const results = [{ n: 0 }, { n: 'a byte \u0000 that is no text' }, { n: 2 }];
  const outcomes = await Promise.allSettled(held.map(({ run, epoch }, n) => catalog.ledger.succeed(run, epoch, results[n])));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const states = await Promise.all(held.map(async ({ run }) => (await catalog.runs.get(run)).state));
  expect(states).toEqual(['succeeded', 'running', 'succeeded']);
});

test('a success that is told while a capture of its run is being begun waits for it, and breaks it off', async () => {
  const { run, epoch } = await openRun(catalog);
  const point = stage.ids.recoveryPointId();
  const told: Promise<void>[] = [];
  await whileLocked(run, async (tx) => {
    await tx`insert into recovery_points (id, instance_id, run_id, run_epoch, state, engine, captured_at, policy_hash, placement, synchronous_minimum,
      writer_run, writer_epoch) values (${point}, ${shop.id}, ${run}, ${epoch}, 'capturing', 'postgres', now(), 'hash', '{}', 1, ${run}, ${epoch})`;
    await tx`update runs set point_id = ${point}, writer_epoch = ${epoch} where id = ${run}`;
    told.push(catalog.ledger.succeed(run, epoch, {}));
    await somebodyWaitsForALock();
  });
  await Promise.all(told);
  expect(await catalog.runs.get(run)).toMatchObject({ state: 'succeeded', point });
  expect((await catalog.points.get(point)).state).toBe('failed');
});

async function somebodyWaitsForALock(): Promise<void> {
  const sql = postgres(stage.url, { max: 1 });
  let waiting = 0;
  while (waiting === 0) {
    const [row] = await sql<{ waiting: number }[]>`
      select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    waiting = row?.waiting ?? 0;
  }
  await sql.end();
}

test('a run whose row somebody holds does not hold up the runs that are opened or ended with it', async () => {
  const { run: locked } = await catalog.runs.create(wanted());
  const others = await Promise.all(Array.from({ length: 3 }, () => catalog.runs.create(wanted())));
  const late: Promise<unknown>[] = [];
  await whileLocked(locked.id, async () => {
    late.push(catalog.ledger.open(locked.id, 'worker-1'));
    const opened = await Promise.all(others.map(({ run }) => catalog.ledger.open(run.id, 'worker-1')));
    expect(opened.map((run) => run?.epoch)).toEqual([1, 1, 1]);
  });
  expect(await late[0]).toMatchObject({ id: locked.id, epoch: 1, state: 'running', worker: 'worker-1' });
});
