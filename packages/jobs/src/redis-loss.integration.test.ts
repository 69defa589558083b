import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder, type RedisServer, startRedis, type TemporaryFolder } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { sampleRegion } from '../test/sample-runs.ts';
import { type CopyingHandler, createStage, type Stage } from '../test/stage.ts';

let folder: TemporaryFolder;
let redis: RedisServer;
let stage: Stage;
beforeAll(async () => {
  folder = await createTemporaryFolder();
  redis = await startRedis({ folder: folder.path, environment: inject('serverEnvironment'), appendOnly: true });
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});
beforeEach(() => {
  stage = createStage(redis.url, systemClock);
});
afterEach(() => stage.close());

/** Commits pieces under its epoch; counts how often each piece really took effect. */
const copy: CopyingHandler = async ({ run, params, epoch, signal }) => {
  for (let done = 0; done < params.size; done++) {
    await systemClock.sleep(20, { signal });
    await stage.ledger.commit(run.id, epoch);
  }
  return { done: params.size };
};

/** What the reconciler does for a run that has not ended and that Redis does not know. */
async function wakeForgotten(run: Awaited<ReturnType<Stage['submit']>>): Promise<void> {
  if (stage.ledger.get(run.id).state === 'succeeded') return;
  if ((await stage.queues.has('copying', sampleRegion, run.id)) === 'absent') await stage.queues.wake('copying', sampleRegion, run.id);
}

describe('a Redis that is killed in the middle of a run', () => {
  test('and comes back in time changes nothing: the run ends once, under its first epoch', async () => {
    stage.startWorker(copy, { lockDurationMs: 20_000 });
    const run = await stage.submit({ params: { size: 100 } });
    await stage.eventually('the run commits', () => stage.ledger.entries(run.id, 'commit').length > 5);
    await redis.kill();
    await redis.restart();
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id).epoch).toBe(1);
    await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
    expect(stage.ledger.entries(run.id, 'succeed')).toHaveLength(1);
  });

  test('refuses producers at once while it is away, and serves them again', async () => {
    const run = await stage.submit();
    await redis.kill();
    const before = systemClock.monotonicMs();
    await expect(stage.queues.enqueue({ kind: 'copying', region: sampleRegion, runId: run.id })).rejects.toMatchObject({
      code: 'queue.unreachable',
    });
    expect(systemClock.monotonicMs() - before).toBeLessThan(20_000);
    await stage.eventually('the outage is reported', () => stage.queueErrors.length > 0);
    await redis.restart();
    await stage.eventually('it serves again', () =>
      stage.queues.enqueue({ kind: 'copying', region: sampleRegion, runId: run.id }).then(
        () => true,
        () => false,
      ),
    );
    expect(stage.queueErrors.map((error) => error.code)).toEqual(['queue.unreachable']);
  });

  test('lets a worker that started without it work as soon as it comes', async () => {
    await redis.kill();
    const runtime = stage.startWorker(copy);
    expect(runtime.isConnected()).toBe(false);
    await redis.restart();
    await stage.eventually('the worker is connected', () => runtime.isConnected());
    const run = await stage.submit();
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
  });
});

describe('a Redis that forgets everything in the middle of a run', () => {
  test('costs an attempt of the lost worker, never a double effect', async () => {
    stage.startWorker(copy);
    stage.startWorker(copy);
    const run = await stage.submit({ params: { size: 150 } });
    await stage.eventually('the run commits', () => stage.ledger.entries(run.id, 'commit').length > 5);
    const connection = new Redis(redis.url);
    await connection.flushall();
    await connection.quit();
    await stage.queues.enqueue({ kind: 'copying', region: sampleRegion, runId: run.id });
    await stage.eventually('the run succeeds', async () => {
      await wakeForgotten(run);
      return stage.ledger.get(run.id).state === 'succeeded';
    });
    const { epoch, attempts } = stage.ledger.get(run.id);
    expect(attempts).toBe(0);
    expect(stage.ledger.entries(run.id, 'succeed').filter((entry) => entry.taken)).toHaveLength(1);
    const commits = stage.ledger.entries(run.id, 'commit').filter((entry) => entry.taken);
    const epochsInOrder = commits.map((entry) => entry.epoch);
    expect(epochsInOrder).toEqual(epochsInOrder.toSorted((a, b) => a - b));
    expect(commits.filter((entry) => entry.epoch === epoch)).toHaveLength(150);
  });
});
