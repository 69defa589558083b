import { keyPrefixOf, queueNameOf, regionIdSchema, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { type Processor, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createQueueProducer, type QueueProducer } from './queue-producer.ts';

const home = regionIdSchema.parse('north');
const runId = `run_${'0'.repeat(26)}`;

/** A Redis that keeps nothing: whatever it held is lost with it. */
let redis: RedisServer;
let folder: TemporaryFolder;
let producer: QueueProducer;
let connection: Redis;
let queue: Queue;
const workers: Worker[] = [];
const at = { prefix: keyPrefixOf(home) };

beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment') });
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});
beforeEach(() => {
  connection = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  connection.on('error', () => undefined);
  queue = new Queue(queueNameOf('backup', home), { ...at, connection });
  queue.on('error', () => undefined);
  producer = createQueueProducer({ redisUrl: redis.url, patienceMs: 60_000 });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close(true)));
  await queue.obliterate({ force: true });
  await queue.close();
  await producer.close();
  connection.disconnect();
});

function startWorker(processor: Processor): void {
  const worker = new Worker(queueNameOf('backup', home), processor, { ...at, connection, runRetryDelay: 100 });
  worker.on('error', () => undefined);
  workers.push(worker);
}
const ask = (requestId: string) => producer.enqueueBackup({ instance: 'shop', home, requestId });

describe('a request', () => {
  test('stands once in the queue however often it is made, and its answer is the run', async () => {
    const [asked] = await Promise.all([ask('r1'), ask('r1'), ask('r1')]);
    expect(await queue.getWaitingCount()).toBe(1);
    const seen: unknown[] = [];
    startWorker(async (job) => {
      seen.push(job.data);
      return { runId };
    });
    expect(await producer.waitForAcceptance(asked)).toBe(runId);
    await ask('r1');
    expect(await producer.waitForAcceptance(asked)).toBe(runId);
    expect(seen).toEqual([{ v: 1, requestId: 'r1', request: { kind: 'backup', instance: 'shop' } }]);
  });

  test('that was refused says why, and may be made again', async () => {
    let refusals = 0;
    startWorker(async () => {
      if (refusals++ > 0) return { runId };
      throw new UnrecoverableError('instance.not-found: There is no instance shop. List the instances.');
    });
    const asked = await ask('r2');
    const refused = { name: 'RequestRefusedError', code: 'instance.not-found', requestId: 'r2' };
    await expect(producer.waitForAcceptance(asked)).rejects.toMatchObject(refused);
    expect(await producer.waitForAcceptance(await ask('r2'))).toBe(runId);
  });

  test('that nobody answers in time is named with its region, and can be taken back', async () => {
    const asked = await ask('r3');
    await expect(producer.waitForAcceptance(asked, { timeoutMs: 500 })).rejects.toMatchObject({
      name: 'QueueError',
      code: 'request.unanswered',
      message: expect.stringContaining('north'),
    });
    expect(await producer.withdraw(asked)).toBe(true);
    expect(await queue.getWaitingCount()).toBe(0);
    expect(await producer.withdraw(asked)).toBe(true);
  });

  test('that a worker answered cannot be taken back', async () => {
    startWorker(async () => ({ runId }));
    const asked = await ask('r4');
    await producer.waitForAcceptance(asked);
    expect(await producer.withdraw(asked)).toBe(false);
  });

  test('is no longer waited for once the signal says so', async () => {
    const interruption = new AbortController();
    const waiting = producer.waitForAcceptance(await ask('r5'), { signal: interruption.signal });
    interruption.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('a Redis that dies with everything it held', () => {
  test('is waited for, and gets the request again', async () => {
    const asked = await ask('r6');
    const waiting = producer.waitForAcceptance(asked);
    await redis.kill();
    await redis.restart();
    startWorker(async () => ({ runId }));
    expect(await waiting).toBe(runId);
  });

  test('and is away when somebody asks, gets the request as soon as it is back', async () => {
    await redis.kill();
    const asking = ask('r7');
    await redis.restart();
    await asking;
    expect(await queue.getWaitingCount()).toBe(1);
  });

  test('and stays away ends the patience with queue.unreachable', async () => {
    const impatient = createQueueProducer({ redisUrl: 'redis://127.0.0.1:1', patienceMs: 600 });
    const began = systemClock.monotonicMs();
    const asking = impatient.enqueueBackup({ instance: 'shop', home, requestId: 'r8' });
    await expect(asking).rejects.toMatchObject({ name: 'QueueError', code: 'queue.unreachable' });
    expect(systemClock.monotonicMs() - began).toBeLessThan(30_000);
    await impatient.close();
  });
});
