import { systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beginPoint, completePoint, openRun, reason, store } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { RunWriter } from './fence.ts';

let stage: TestCatalog;
let catalog: Catalog;
let held: RunWriter;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());
beforeEach(async () => {
  held = await openRun(catalog);
});

const error = { code: 'store.unreachable', message: 'The store is away.', hint: 'Wait.' };
const later = () => new Date(clock.now().getTime() + 60_000);

test('each opening raises the epoch; attempts stay', async () => {
  expect(held.epoch).toBe(1);
  expect(await catalog.ledger.open(held.run, 'worker-2')).toMatchObject({ epoch: 2, attempts: 0, state: 'running', worker: 'worker-2' });
});

test('of many workers that open a run at once each gets its own epoch, and only the last may write', async () => {
  const opened = await Promise.all(Array.from({ length: 10 }, (_, n) => catalog.ledger.open(held.run, `worker-${n}`)));
  const epochs = opened.map((run) => run?.epoch ?? 0).toSorted((a, b) => a - b);
  expect(epochs).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const beats = await Promise.allSettled(epochs.map((epoch) => catalog.ledger.heartbeat(held.run, epoch, null)));
  expect(beats.map((beat) => beat.status)).toEqual([...Array(9).fill('rejected'), 'fulfilled']);
});

test('a stale epoch cannot write by any method', async () => {
  const point = await beginPoint(catalog, held, clock.now());
  await catalog.ledger.open(held.run, 'worker-2');
  const before = [await catalog.runs.get(held.run), await catalog.points.get(point.id)];
  const { run, epoch } = held;
  const copy = { ...held, point: point.id, region: alpha, reason };
  const complete = { ...held, point: point.id, plaintextBytes: 1, storedBytes: 1, manifestSha256: 'x', copies: [] };
  const writes = {
    heartbeat: () => catalog.ledger.heartbeat(run, epoch, { phase: 'stale', doneBytes: 1, totalBytes: 1 }),
    succeed: () => catalog.ledger.succeed(run, epoch, {}),
    fail: () => catalog.ledger.fail(run, epoch, error),
    cancel: () => catalog.ledger.cancel(run, epoch, error),
    wait: () => catalog.ledger.wait(run, epoch, error, later()),
    retry: () => catalog.ledger.retry(run, epoch, error, later()),
    checkpoint: () => catalog.ledger.checkpoint(run, epoch, {}),
    release: () => catalog.ledger.release(run, epoch),
    begin: () => beginPoint(catalog, held, clock.now()),
    complete: () => catalog.points.complete(complete),
    failPoint: () => catalog.points.fail({ ...held, point: point.id, reason }),
    startCopying: () => catalog.copies.startCopying(copy),
    markStored: () => catalog.copies.markStored({ ...copy, storedBytes: 1 }),
    markVerified: () => catalog.copies.markVerified({ ...copy, seenIn: store }),
    markFailed: () => catalog.copies.markFailed({ ...copy, nextAttemptAt: null }),
    markBlocked: () => catalog.copies.markBlocked({ ...copy, nextAttemptAt: null }),
  };
  for (const [name, write] of Object.entries(writes)) {
    await expect(write(), name).rejects.toMatchObject({ code: 'run.lost', facts: { run }, treatment: 'lost' });
  }
  expect([await catalog.runs.get(held.run), await catalog.points.get(point.id)]).toEqual(before);
});

describe('endings', () => {
  test('success keeps the result and can be said twice', async () => {
    await catalog.ledger.succeed(held.run, held.epoch, { bytes: 7 });
    await catalog.ledger.succeed(held.run, held.epoch, { bytes: 7 });
    expect(await catalog.runs.get(held.run)).toMatchObject({
      state: 'succeeded',
      result: { bytes: 7 },
      error: null,
      finishedAt: expect.any(Date),
    });
    await expect(catalog.ledger.fail(held.run, held.epoch, error)).rejects.toMatchObject({ code: 'run.lost' });
    await expect(catalog.ledger.heartbeat(held.run, held.epoch, null)).rejects.toMatchObject({ code: 'run.lost' });
    expect(await catalog.ledger.open(held.run, 'worker-2')).toBeNull();
  });

  test('failure and cancellation keep the error', async () => {
    await catalog.ledger.fail(held.run, held.epoch, error);
    expect(await catalog.runs.get(held.run)).toMatchObject({ state: 'failed', error });
    const other = await openRun(catalog);
    await catalog.ledger.cancel(other.run, other.epoch, error);
    expect(await catalog.runs.get(other.run)).toMatchObject({ state: 'cancelled', error });
  });
});

describe('pauses', () => {
  test('waiting costs no attempt, a retry burns one, also when its answer was lost', async () => {
    const notBefore = later();
    await catalog.ledger.wait(held.run, held.epoch, error, notBefore);
    expect(await catalog.runs.get(held.run)).toMatchObject({ state: 'waiting', attempts: 0, notBefore, error, finishedAt: null });
    await catalog.ledger.open(held.run, 'worker-1');
    expect(await catalog.ledger.retry(held.run, 2, error, notBefore)).toBe(1);
    expect(await catalog.ledger.retry(held.run, 2, error, notBefore)).toBe(1);
    expect(await catalog.ledger.open(held.run, 'worker-1')).toMatchObject({ epoch: 3, attempts: 1, notBefore: null });
    expect(await catalog.ledger.retry(held.run, 3, error, notBefore)).toBe(2);
  });

  test('a released run is queued again, and whoever released it may not write any more', async () => {
    await catalog.ledger.release(held.run, held.epoch);
    expect(await catalog.runs.get(held.run)).toMatchObject({ state: 'queued', attempts: 0, epoch: 1 });
    await expect(catalog.ledger.heartbeat(held.run, held.epoch, null)).rejects.toMatchObject({ code: 'run.lost' });
  });
});

test('a heartbeat keeps the last progress unless it brings a new one', async () => {
  const progress = { phase: 'capture', doneBytes: 5, totalBytes: null };
  await catalog.ledger.heartbeat(held.run, held.epoch, progress);
  await catalog.ledger.heartbeat(held.run, held.epoch, null);
  expect((await catalog.runs.get(held.run)).progress).toEqual(progress);
});

test('a checkpoint outlives the worker and the attempt', async () => {
  await catalog.ledger.checkpoint(held.run, held.epoch, { receipt: 'one' });
  await catalog.ledger.checkpoint(held.run, held.epoch, { receipt: 'two' });
  await catalog.ledger.retry(held.run, held.epoch, error, later());
  await catalog.ledger.open(held.run, 'worker-2');
  expect((await catalog.runs.get(held.run)).checkpoint).toEqual({ receipt: 'two' });
});

test('a run that leaves the worker leaves no point in capture, and complete points alone', async () => {
  const done = await completePoint(catalog, held, clock.now());
  const broken = await beginPoint(catalog, held, clock.now());
  await catalog.ledger.retry(held.run, held.epoch, error, later());
  const after = await catalog.points.get(broken.id);
  expect(after.state).toBe('failed');
  expect(after.copies.map((copy) => [copy.state, copy.reason.rule])).toEqual([
    ['failed', 'capture-broke-off'],
    ['failed', 'capture-broke-off'],
  ]);
  expect((await catalog.points.get(done.id)).state).toBe('complete');
});
