import { systemClock as clock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { createProxy, type FaultyNetwork } from './testing/proxy.ts';
import { alpha, applyStage, beginPoint, completePoint, openRun, reason, shop } from './testing/stage.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

let stage: TestCatalog;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
  sql = postgres(stage.url, { max: 2, onnotice: () => undefined });
});
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

/** Ends every connection that calls itself `name`; says how many there were. */
const killConnections = async (name: string): Promise<number> =>
  (await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name} and pid <> pg_backend_pid()`).length;

describe('connections that the server ends', () => {
  test('are made anew, in the middle of a run', async () => {
    const catalog = stage.openAnother({ applicationName: 'victim' });
    const held = await openRun(catalog);
    const at = { ...held, region: alpha, reason };
    let killed = await killConnections('victim');
    const point = await beginPoint(catalog, held, clock.now());
    killed += await killConnections('victim');
    await catalog.copies.startCopying({ ...at, point: point.id });
    killed += await killConnections('victim');
    await catalog.ledger.heartbeat(held.run, held.epoch, null);
    killed += await killConnections('victim');
    const copies = [{ region: alpha, state: 'verified', reason, storedBytes: 1 } as const];
    await catalog.points.complete({ ...held, point: point.id, plaintextBytes: 1, storedBytes: 1, manifestSha256: 'a', copies });
    killed += await killConnections('victim');
    await catalog.ledger.succeed(held.run, held.epoch, { done: true });
    expect(killed).toBeGreaterThanOrEqual(5);
    expect(await catalog.runs.get(held.run)).toMatchObject({ state: 'succeeded', epoch: 1, result: { done: true } });
    expect(await catalog.points.list({ instance: shop.id })).toMatchObject([{ id: point.id, state: 'complete' }]);
  });

  test('while a write waits for a lock undo the write, and it is made again', async () => {
    const catalog = stage.openAnother({ applicationName: 'waiting victim' });
    const held = await openRun(catalog);
    const blocker = await sql.reserve();
    await blocker`begin`;
    await blocker`select from runs where id = ${held.run} for update`;
    const success = catalog.ledger.succeed(held.run, held.epoch, { done: true });
    const isWaiting = () => sql`select 1 from pg_stat_activity where application_name = 'waiting victim' and wait_event_type = 'Lock'`;
    expect(await waitUntil(async () => (await isWaiting()).length > 0, { deadlineMs: 60_000 })).toBe(true);
    expect(await killConnections('waiting victim')).toBeGreaterThan(0);
    await blocker`commit`;
    blocker.release();
    await success;
    expect((await catalog.runs.get(held.run)).state).toBe('succeeded');
  });

  test('during many operations at once lose none and double none', async () => {
    const catalog = stage.openAnother({ applicationName: 'busy victim', maxConnections: 4 });
    // Twice, because an operation is repeated twice: no operation can meet more.
    const killAfter = new Set([40, 80]);
    let killed = 0;
    const ids: string[] = [];
    const lanes = Array.from({ length: 6 }, async (_, lane) => {
      for (let n = 0; n < 20; n++) {
        const ask = { kind: 'killed', region: alpha, instance: shop.id, params: { lane, n }, requestedBy: 'test' };
        const { run, created } = await catalog.runs.create(ask);
        expect(created).toBe(true);
        ids.push(run.id);
        if (killAfter.has(ids.length)) killed += await killConnections('busy victim');
      }
    });
    await Promise.all(lanes);
    expect(killed).toBeGreaterThan(2);
    const rows = await sql`select id from runs where kind = 'killed'`;
    expect(rows.map((row) => row['id']).toSorted()).toEqual(ids.toSorted());
    const [calls] = await sql`select count(*)::int as n from outbox join runs on runs.id = run_id where runs.kind = 'killed'`;
    expect(calls).toEqual({ n: 120 });
  });
});

describe('an outage', () => {
  let proxy: FaultyNetwork;
  let catalog: Catalog;
  beforeEach(async () => {
    proxy = await createProxy(stage.url);
    catalog = stage.openAnother({ url: proxy.url, statementTimeoutMs: 1000 });
  });
  afterEach(async () => {
    await catalog.close();
    await proxy.close();
  });

  test('is told as such, and is over when the server is back', async () => {
    expect(await catalog.isReady()).toEqual({ ready: true, reason: null });
    await proxy.cut();
    expect(proxy.faults.cut).toBeGreaterThan(0);
    await expect(catalog.regions.list()).rejects.toMatchObject({ code: 'catalog.unreachable', treatment: 'outage' });
    expect(await catalog.isReady()).toMatchObject({ ready: false, reason: expect.stringContaining('does not answer') });
    await proxy.heal();
    const isBack = async () => (await catalog.isReady()).ready;
    expect(await waitUntil(isBack, { deadlineMs: 60_000 })).toBe(true);
    expect(await catalog.regions.list()).toHaveLength(3);
  });

  test('whose network swallows everything ends in an error, not in waiting for ever', async () => {
    await catalog.regions.list();
    proxy.stall();
    expect(proxy.faults.stalled).toBeGreaterThan(0);
    await expect(catalog.regions.list()).rejects.toMatchObject({
      code: 'catalog.unreachable',
      message: expect.stringContaining('no answer'),
    });
  });

  test('shows no password and no parameter in its error', async () => {
    const secretive = stage.openAnother({ url: 'postgres://user:hunter2@127.0.0.1:1/none' });
    const failure = await secretive.instances.add({ ...shop, connection: 'sealed:v1:abc' }, 'ada').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'catalog.unreachable' });
    const texts = [];
    for (let error: unknown = failure; error instanceof Error; error = error.cause) texts.push(error.message, JSON.stringify(error));
    expect(texts.join()).not.toMatch(/hunter2|sealed:v1/);
  });
});

test('a statement that takes too long is an outage', async () => {
  const catalog = stage.openAnother({ statementTimeoutMs: 300 });
  const blocker = await sql.reserve();
  await blocker`begin`;
  await blocker`lock table workers in access exclusive mode`;
  await expect(catalog.workers.list()).rejects.toMatchObject({
    code: 'catalog.unreachable',
    facts: { cause: expect.stringMatching(/timeout/) },
  });
  await blocker`rollback`;
  blocker.release();
});

test('the catalog closes cleanly while it listens, and completes what is under way', async () => {
  const catalog = stage.openAnother();
  const listening = Promise.withResolvers<void>();
  catalog.listen('points', { onNotification: () => undefined, onListening: listening.resolve });
  await listening.promise;
  const held = await openRun(catalog);
  const work = completePoint(catalog, held, clock.now());
  await work;
  await catalog.close();
  await expect(catalog.regions.list()).rejects.toMatchObject({ code: 'catalog.unreachable' });
});
