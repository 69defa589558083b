import { type Run, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, startRedis } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startRemoteWorker } from '../test/remote-worker.ts';
import { type CopyingHandler, createStage, type Stage } from '../test/stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
});
afterEach(() => stage.close());

const untilAborted: CopyingHandler = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
const runningRuns = (runs: readonly Run[]) => runs.filter((run) => stage.ledger.get(run.id).state === 'running');

test('a worker that closes under load hands its runs back, and another one has them at once', async () => {
  const closing = stage.startWorker(untilAborted, { lockDurationMs: 60_000 });
  const runs = await Promise.all(Array.from({ length: 20 }, () => stage.submit()));
  await stage.eventually('its hands are full', () => runningRuns(runs).length === 2);
  const taken = runningRuns(runs);

  const before = systemClock.monotonicMs();
  await closing.close({ deadlineMs: 10_000 });
  expect(systemClock.monotonicMs() - before).toBeLessThan(10_000);
  expect(closing.running()).toBe(0);
  expect(taken.map((run) => stage.ledger.get(run.id).state)).toEqual(['queued', 'queued']);

  const reopened = systemClock.monotonicMs();
  stage.startWorker(async () => ({ done: 1 }));
  await stage.eventually('every run succeeds', () => runs.every((run) => stage.ledger.get(run.id).state === 'succeeded'));
  // Long before the lock of the first worker would have run out.
  expect(systemClock.monotonicMs() - reopened).toBeLessThan(30_000);
  for (const run of taken) expect(stage.ledger.get(run.id)).toMatchObject({ attempts: 0, epoch: 2 });
});

test('an idle worker that waits for jobs gets a run that was handed back without delay', async () => {
  const closing = stage.startWorker(untilAborted, { lockDurationMs: 60_000 });
  const run = await stage.submit();
  await stage.eventually('it runs', () => stage.ledger.get(run.id).state === 'running');
  const idle = stage.startWorker(async () => ({ done: 1 }));
  await stage.eventually('the other one is there', () => idle.isConnected());
  const before = systemClock.monotonicMs();
  await closing.close();
  await stage.eventually('the other one took it', () => stage.ledger.get(run.id).state === 'succeeded');
  expect(systemClock.monotonicMs() - before).toBeLessThan(30_000);
});

test('handlers that ignore the end of the worker do not hold it up', async () => {
  const closing = stage.startWorker(() => new Promise(() => undefined));
  const run = await stage.submit();
  await stage.eventually('it runs', () => stage.ledger.get(run.id).state === 'running');
  const before = systemClock.monotonicMs();
  await closing.close({ deadlineMs: 3_000 });
  expect(systemClock.monotonicMs() - before).toBeLessThan(10_000);
  expect(stage.ledger.get(run.id)).toMatchObject({ state: 'queued', attempts: 0 });
});

test('neither does a catalog that is away', async () => {
  const closing = stage.startWorker(untilAborted);
  const run = await stage.submit();
  await stage.eventually('it runs', () => stage.ledger.get(run.id).state === 'running');
  stage.ledger.setAway(true);
  const before = systemClock.monotonicMs();
  await closing.close({ deadlineMs: 3_000 });
  expect(systemClock.monotonicMs() - before).toBeLessThan(10_000);
});

test('neither does a Redis that is away', async () => {
  const folder = await createTemporaryFolder();
  const redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
  const lonely = createStage(redis.url, systemClock);
  try {
    const closing = lonely.startWorker(untilAborted);
    const run = await lonely.submit();
    await lonely.eventually('it runs', () => lonely.ledger.get(run.id).state === 'running');
    await redis.kill();
    const before = systemClock.monotonicMs();
    await closing.close({ deadlineMs: 3_000 });
    expect(systemClock.monotonicMs() - before).toBeLessThan(15_000);
    expect(lonely.ledger.get(run.id).state).toBe('queued');
  } finally {
    await lonely.close();
    await redis.stop();
    await folder.remove();
  }
});

test('work that finishes while the worker closes counts', async () => {
  const closing = stage.startWorker(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ done: 7 }))));
  const run = await stage.submit();
  await stage.eventually('it runs', () => stage.ledger.get(run.id).state === 'running');
  await closing.close();
  expect(stage.ledger.get(run.id)).toMatchObject({ state: 'succeeded', result: { done: 7 } });
});

test('a second close joins the first', async () => {
  const closing = stage.startWorker(untilAborted);
  await Promise.all([closing.close(), closing.close()]);
  expect(closing.isConnected()).toBe(false);
});

test('a process whose worker closed ends by itself, even with Redis away', async () => {
  const folder = await createTemporaryFolder();
  const redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
  const lonely = createStage(redis.url, systemClock);
  const worker = startRemoteWorker(lonely, 'leaving');
  try {
    const run = await lonely.submit({ params: { size: 1_000_000 } });
    await lonely.eventually('it runs', () => lonely.ledger.get(run.id).state === 'running');
    await redis.kill();
    worker.close(2_000);
    await lonely.eventually('the process ended', () => worker.exitCode() === 0);
    expect(lonely.ledger.get(run.id)).toMatchObject({ state: 'queued', attempts: 0 });
  } finally {
    await worker.kill();
    await lonely.close();
    await redis.stop();
    await folder.remove();
  }
});
