import { keyPrefixOf, queueNameOf, regionIdSchema, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { ids, sampleKinds, sampleRegion } from '../test/sample-runs.ts';
import { createStage, type Stage } from '../test/stage.ts';
import { createQueues } from './queues.ts';

let stage: Stage;
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
});
afterEach(() => stage.close());

const call = (changes: { notBefore?: Date } = {}) => ({
  kind: 'copying' as const,
  region: sampleRegion,
  runId: ids.runId(),
  ...changes,
});
const later = () => new Date(systemClock.now().getTime() + 600_000);

describe('enqueue', () => {
  test('twice makes one job', async () => {
    const one = call();
    await stage.queues.enqueue(one);
    await stage.queues.enqueue(one);
    expect(await stage.queues.counts('copying', sampleRegion)).toEqual({ waiting: 1, delayed: 0, active: 0 });
  });

  test('many at once, each once', async () => {
    const calls = Array.from({ length: 500 }, () => call());
    await stage.queues.enqueueMany([...calls, ...calls]);
    expect(await stage.queues.counts('copying', sampleRegion)).toEqual({ waiting: 500, delayed: 0, active: 0 });
  });

  test('for later makes a delayed job', async () => {
    const one = call({ notBefore: later() });
    await stage.queues.enqueue(one);
    expect(await stage.queues.has('copying', sampleRegion, one.runId)).toBe('delayed');
  });

  test('is not blocked by a finished job of the same run that an older version left behind', async () => {
    const connection = new Redis(stage.redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue(queueNameOf('copying', sampleRegion), { connection, prefix: keyPrefixOf(sampleRegion, stage.namespace) });
    const one = call();
    await queue.add('copying', { v: 1, runId: 'broken' }, { jobId: one.runId, removeOnFail: false });
    const worker = stage.startWorker(async () => ({ done: 1 }));
    await stage.eventually('it failed', async () => (await queue.getFailedCount()) === 1);
    expect(await stage.queues.has('copying', sampleRegion, one.runId)).toBe('absent');
    await worker.close();
    await stage.queues.enqueue(one);
    expect(await stage.queues.has('copying', sampleRegion, one.runId)).toBe('waiting');
    await queue.close();
    await connection.quit();
  });

  test('lets a high priority go first and a low one last', async () => {
    const order: string[] = [];
    const [slow, normal, urgent] = await Promise.all([
      stage.submit({ params: { size: 3 } }),
      stage.submit({ params: { size: 2 } }),
      stage.submit({ params: { size: 1 } }),
    ]);
    for (const run of [slow, normal, urgent]) await stage.queues.remove('copying', sampleRegion, run.id);
    await stage.queues.enqueueMany([
      { kind: 'copying', region: sampleRegion, runId: slow.id, priority: 'low' },
      { kind: 'copying', region: sampleRegion, runId: normal.id },
      { kind: 'copying', region: sampleRegion, runId: urgent.id, priority: 'high' },
    ]);
    stage.startWorker(async ({ run }) => {
      order.push(run.id);
      return { done: 1 };
    });
    await stage.eventually('all ran', () => order.length === 3);
    expect(order).toEqual([urgent.id, normal.id, slow.id]);
  });
});

describe('wake', () => {
  test('makes a delayed job due, adds a missing one and leaves a waiting one alone', async () => {
    const delayed = call({ notBefore: later() });
    const missing = call();
    const waiting = call();
    await stage.queues.enqueueMany([delayed, waiting]);
    for (const one of [delayed, missing, waiting]) {
      await stage.queues.wake('copying', sampleRegion, one.runId);
      expect(await stage.queues.has('copying', sampleRegion, one.runId)).toBe('waiting');
    }
    expect(await stage.queues.counts('copying', sampleRegion)).toEqual({ waiting: 3, delayed: 0, active: 0 });
  });

  test('by several at once is harmless', async () => {
    const one = call({ notBefore: later() });
    await stage.queues.enqueue(one);
    await Promise.all(Array.from({ length: 10 }, () => stage.queues.wake('copying', sampleRegion, one.runId)));
    expect(await stage.queues.counts('copying', sampleRegion)).toEqual({ waiting: 1, delayed: 0, active: 0 });
  });
});

describe('remove', () => {
  test('of a job that a worker holds says so and changes nothing', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    stage.startWorker(async () => {
      await finish;
      return { done: 1 };
    });
    const run = await stage.submit();
    await stage.eventually('it is active', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'active');
    expect(await stage.queues.remove('copying', sampleRegion, run.id)).toBe(false);
    resolve();
    await stage.eventually('it succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
  });

  test('of a job that is not there is done already', async () => {
    expect(await stage.queues.remove('copying', sampleRegion, ids.runId())).toBe(true);
  });
});

test('regions do not see each other, and Bull Board gets a queue for each', async () => {
  const south = regionIdSchema.parse('south');
  const one = call();
  await stage.queues.enqueue(one);
  expect(await stage.queues.has('copying', south, one.runId)).toBe('absent');
  expect(stage.queues.bullQueues([sampleRegion, south]).map((queue) => queue.qualifiedName)).toEqual([
    `{${stage.namespace}-north}:copying.north`,
    `{${stage.namespace}-south}:copying.south`,
  ]);
});

test('a Redis that never answered is refused within a few seconds', async () => {
  const queues = createQueues({
    redisUrlFor: () => 'redis://127.0.0.1:1',
    kinds: sampleKinds,
    clock: systemClock,
    onError: () => undefined,
  });
  await expect(queues.enqueue(call())).rejects.toMatchObject({
    code: 'queue.unreachable',
    message: expect.not.stringContaining('undefined'),
  });
  await queues.close();
});

test('a Redis that evicts is warned about', async () => {
  const admin = new Redis(stage.redisUrl);
  const warnings: string[] = [];
  const queues = createQueues({
    redisUrlFor: () => stage.redisUrl,
    kinds: sampleKinds,
    clock: systemClock,
    namespace: stage.namespace,
    onError: () => undefined,
    onWarning: (warning) => warnings.push(warning),
  });
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  try {
    await queues.counts('copying', sampleRegion);
    await stage.eventually('the warning', () => warnings.length === 1);
    expect(warnings[0]).toContain('allkeys-lru');
  } finally {
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.quit();
    await queues.close();
  }
});
