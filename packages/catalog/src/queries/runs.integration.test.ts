import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beginPoint, type beta, openRun, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { NewRun } from './insert-runs.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());

let counter = 0;
let key: string;
beforeEach(() => {
  counter += 1;
  key = `key-${counter}`;
});
const wanted = (extra: Partial<NewRun> = {}): NewRun => ({
  kind: 'replicate',
  region: alpha,
  instance: shop.id,
  params: { n: 1 },
  requestedBy: 'test',
  ...extra,
});
const drainOutbox = async () => {
  const calls = await catalog.outbox.claim(1000);
  await catalog.outbox.markRelayed(calls);
  return calls;
};

describe('creating', () => {
  test('a run comes with its wake-up call', async () => {
    await drainOutbox();
    const notBefore = new Date(clock.now().getTime() + 60_000);
    const { run, created } = await catalog.runs.create(wanted({ notBefore }));
    expect(created).toBe(true);
    expect(run).toMatchObject({ state: 'queued', epoch: 0, attempts: 0, params: { n: 1 }, region: alpha, instance: shop.id, point: null });
    expect(await drainOutbox()).toMatchObject([{ run: run.id, kind: 'replicate', region: alpha, notBefore }]);
    expect(await drainOutbox()).toEqual([]);
    expect((await catalog.runs.get(run.id)).enqueuedAt).not.toBeNull();
  });

  test('whoever listens to the outbox hears of it once it is there', async () => {
    const heard = Promise.withResolvers<void>();
    const listening = Promise.withResolvers<void>();
    const stop = stage.openAnother().listen('outbox', { onNotification: () => heard.resolve(), onListening: listening.resolve });
    await listening.promise;
    await drainOutbox();
    const { run } = await catalog.runs.create(wanted());
    await heard.promise;
    expect((await drainOutbox()).map((call) => call.run)).toEqual([run.id]);
    stop();
  });

  test('many producers at once leave a wake-up call for each of their runs', async () => {
    await drainOutbox();
    const made = await Promise.all(Array.from({ length: 100 }, () => catalog.runs.create(wanted())));
    expect(made.every(({ created }) => created)).toBe(true);
    expect((await drainOutbox()).map((call) => call.run).toSorted()).toEqual(made.map(({ run }) => run.id).toSorted());
  });

  test('fifty producers with the same idempotency key get the same run, made once', async () => {
    const other = stage.openAnother();
    const producers = Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? catalog : other));
    const outcomes = await Promise.all(producers.map((producer) => producer.runs.create(wanted({ idempotencyKey: key }))));
    expect(new Set(outcomes.map((outcome) => outcome.run.id)).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.created)).toHaveLength(1);
    expect((await drainOutbox()).filter((call) => call.run === outcomes[0]?.run.id)).toHaveLength(1);
  });

  test('an idempotency key still gives its run after the run has ended', async () => {
    const { run } = await catalog.runs.create(wanted({ idempotencyKey: key }));
    await catalog.runs.requestCancel(run.id, 'test');
    expect(await catalog.runs.create(wanted({ idempotencyKey: key }))).toMatchObject({ created: false, run: { id: run.id } });
  });

  test('one active run per dedupe key; a new one once it has ended', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => catalog.runs.create(wanted({ dedupeKey: key }))));
    expect(new Set(outcomes.map((outcome) => outcome.run.id)).size).toBe(1);
    const first = outcomes[0]?.run;
    if (first === undefined) throw new Error('twenty outcomes were asked for');
    const held = await catalog.ledger.open(first.id, 'worker-1');
    expect(await catalog.runs.create(wanted({ dedupeKey: key }))).toMatchObject({ created: false, run: { state: 'running' } });
    await catalog.ledger.fail(first.id, held?.epoch ?? 0, { code: 'run.unexpected', message: 'no', hint: 'no' });
    const next = await catalog.runs.create(wanted({ dedupeKey: key }));
    expect(next.created).toBe(true);
    expect(next.run.id).not.toBe(first.id);
  });

  test('runs with the same dedupe key that end while others are made never make an error', async () => {
    const churn = async () => {
      const { run } = await catalog.runs.create(wanted({ dedupeKey: key }));
      await catalog.runs.requestCancel(run.id, 'test');
    };
    await Promise.all(Array.from({ length: 30 }, churn));
  });
});

test('a run that does not exist is not found', async () => {
  const id = stage.ids.runId();
  await expect(catalog.runs.get(id)).rejects.toMatchObject({ code: 'run.not-found', facts: { run: id } });
  await expect(catalog.runs.requestCancel(id, 'test')).rejects.toMatchObject({ code: 'run.not-found' });
  expect(await catalog.ledger.open(id, 'worker-1')).toBeNull();
});

test('runs are listed newest first, in pages, by instance, kind and state', async () => {
  const made = [];
  for (let n = 0; n < 5; n++) made.push((await catalog.runs.create(wanted({ kind: 'list-me' }))).run.id);
  const cancelled = made[2];
  if (cancelled === undefined) throw new Error('five runs were made');
  await catalog.runs.requestCancel(cancelled, 'test');
  const newestFirst = made.toSorted().toReversed();
  const first = await catalog.runs.list({ kind: 'list-me', limit: 3 });
  const rest = await catalog.runs.list({ kind: 'list-me', limit: 3, cursor: first.at(-1)?.id });
  expect([...first, ...rest].map((run) => run.id)).toEqual(newestFirst);
  expect(await catalog.runs.list({ kind: 'list-me', states: ['cancelled'], instance: shop.id })).toMatchObject([{ id: cancelled }]);
});

describe('cancelling', () => {
  test('a queued run ends at once and its wake-up call is withdrawn', async () => {
    await drainOutbox();
    const { run } = await catalog.runs.create(wanted());
    expect(await catalog.runs.requestCancel(run.id, 'ada')).toMatchObject({
      state: 'cancelled',
      error: { code: 'run.cancelled', message: 'The run was cancelled by ada.' },
    });
    expect(await drainOutbox()).toEqual([]);
    expect(await catalog.ledger.open(run.id, 'worker-1')).toBeNull();
    expect(await catalog.audit.list({ subject: run.id })).toMatchObject([{ actor: 'ada', action: 'run.cancel-requested' }]);
  });

  test('the worker of a running run is told, by heartbeat and by notification', async () => {
    const held = await openRun(catalog);
    const heard = Promise.withResolvers<string>();
    const listening = Promise.withResolvers<void>();
    const stop = catalog.listen('cancel', { onNotification: heard.resolve, onListening: listening.resolve });
    await listening.promise;
    expect(await catalog.ledger.heartbeat(held.run, held.epoch, null)).toEqual({ cancelRequested: false });
    expect(await catalog.runs.requestCancel(held.run, 'ada')).toMatchObject({ state: 'running', cancelRequested: true });
    expect(await catalog.runs.requestCancel(held.run, 'ada')).toMatchObject({ state: 'running' });
    expect(await heard.promise).toBe(held.run);
    expect(await catalog.ledger.heartbeat(held.run, held.epoch, null)).toEqual({ cancelRequested: true });
    stop();
  });

  test('a run that has ended cannot be cancelled', async () => {
    const held = await openRun(catalog);
    await catalog.ledger.succeed(held.run, held.epoch, null);
    await expect(catalog.runs.requestCancel(held.run, 'ada')).rejects.toMatchObject({
      code: 'run.finished',
      facts: { state: 'succeeded' },
    });
  });

  test('a waiting backup leaves no point in capture', async () => {
    const held = await openRun(catalog);
    const point = await beginPoint(catalog, held, clock.now());
    await catalog.ledger.wait(held.run, held.epoch, { code: 'store.unreachable', message: 'away', hint: '' }, clock.now());
    await catalog.runs.requestCancel(held.run, 'ada');
    expect((await catalog.points.get(point.id)).state).toBe('failed');
  });
});

describe('runs that nobody looks after', () => {
  const at = (ms: number) => new Date(clock.now().getTime() + ms);
  const isLost = async (id: string, now: Date) => (await catalog.runs.lostCandidates(now, 10_000)).some((run) => run.id === id);

  test('a queued run whose wake-up call was lost, but not one that still waits in the outbox', async () => {
    const { run } = await catalog.runs.create(wanted());
    expect(await isLost(run.id, at(20_000))).toBe(false);
    await drainOutbox();
    expect(await isLost(run.id, at(5_000))).toBe(false);
    expect(await isLost(run.id, at(20_000))).toBe(true);
    await catalog.runs.markEnqueued([run.id]);
    expect(await isLost(run.id, at(5_000))).toBe(false);
  });

  test('a running run without a heartbeat', async () => {
    const held = await openRun(catalog);
    await drainOutbox();
    expect(await isLost(held.run, at(5_000))).toBe(false);
    expect(await isLost(held.run, at(20_000))).toBe(true);
  });

  test('a waiting run only after its time has come', async () => {
    const held = await openRun(catalog);
    await drainOutbox();
    await catalog.ledger.wait(held.run, held.epoch, { code: 'x', message: 'x', hint: '' }, at(60_000));
    expect(await isLost(held.run, at(30_000))).toBe(false);
    expect(await isLost(held.run, at(80_000))).toBe(true);
  });

  test('a run that has ended is not looked for', async () => {
    const held = await openRun(catalog, 'replicate');
    await drainOutbox();
    await catalog.ledger.succeed(held.run, held.epoch, null);
    expect(await isLost(held.run, at(80_000))).toBe(false);
  });
});

test('a region that does not exist is refused', async () => {
  await expect(catalog.regions.get('nowhere' as typeof beta)).rejects.toMatchObject({
    code: 'region.not-found',
    facts: { region: 'nowhere', known: 'alpha, beta, gamma' },
  });
});

test('a cancelled run whose worker never speaks again is ended by the control plane, and its capture with it', async () => {
  const { run, epoch } = await openRun(catalog);
  const longSilent = -1_000; // Every heartbeat is older than a moment in the future.
  expect(await catalog.runs.endAbandonedCancels(longSilent)).not.toContain(run);
  await catalog.runs.requestCancel(run, 'ada');
  expect(await catalog.runs.endAbandonedCancels(3_600_000)).not.toContain(run);
  expect(await catalog.runs.endAbandonedCancels(longSilent)).toContain(run);
  expect(await catalog.runs.get(run)).toMatchObject({ state: 'cancelled', error: { code: 'run.cancelled' } });
  await expect(catalog.ledger.heartbeat(run, epoch, null)).rejects.toMatchObject({ code: 'run.lost' });
});
