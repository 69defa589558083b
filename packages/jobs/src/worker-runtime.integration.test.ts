import { CbcrError, keyPrefixOf, queueNameOf, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { createStage, type Stage } from '../test/stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
});
afterEach(() => stage.close());

describe('a run that meets no trouble', () => {
  test('succeeds once, with the result of its handler, and leaves nothing in Redis', async () => {
    stage.startWorker(async ({ params }) => ({ done: params.size * 2 }));
    const run = await stage.submit({ params: { size: 21 } });
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id)).toMatchObject({ result: { done: 42 }, epoch: 1, attempts: 0 });
    await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
    expect(stage.events.map((event) => event.type)).toEqual(['started', 'succeeded']);
  });

  test('carries its latest progress in the heartbeat', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    stage.startWorker(async ({ progress }) => {
      for (let doneBytes = 0; doneBytes <= 1000; doneBytes++) progress({ phase: 'moving', doneBytes, totalBytes: 1000 });
      await finish;
      return { done: 1 };
    });
    const run = await stage.submit();
    await stage.eventually('the progress arrives', () => stage.ledger.get(run.id).progress?.doneBytes === 1000);
    expect(stage.ledger.entries(run.id, 'heartbeat').length).toBeLessThan(20);
    resolve();
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
  });
});

describe('a run that meets an error', () => {
  test('waits out an outage and burns no attempt for it', async () => {
    let starts = 0;
    stage.startWorker(async () => {
      if (++starts <= 5) throw new CbcrError('store.unreachable', { region: sampleRegion, cause: 'down' });
      return { done: starts };
    });
    const run = await stage.submit();
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id)).toMatchObject({ attempts: 0, epoch: 6, result: { done: 6 } });
    expect(stage.ledger.entries(run.id, 'wait')).toHaveLength(5);
  });

  test.each([1, -1])('waits for as long as it should on a machine whose clock is wrong by %i h', async (hours) => {
    const wrongBy = hours * 3_600_000;
    const catalogClock = { ...systemClock, now: () => new Date(systemClock.now().getTime() - wrongBy) };
    const shifted = createStage(inject('redisUrl'), catalogClock, systemClock);
    let starts = 0;
    shifted.startWorker(async () => {
      if (++starts <= 2) throw new CbcrError('store.unreachable', { region: sampleRegion, cause: 'down' });
      return { done: starts };
    });
    const run = await shifted.submit();
    await shifted.eventually('the run succeeds', () => shifted.ledger.get(run.id).state === 'succeeded');
    expect(shifted.ledger.get(run.id)).toMatchObject({ attempts: 0, epoch: 3 });
    await shifted.close();
  });

  test('is tried again after a defect until its attempts are burnt, and fails then', async () => {
    let starts = 0;
    stage.startWorker(async () => {
      starts++;
      throw new TypeError('cannot read undefined');
    });
    const run = await stage.submit();
    await stage.eventually('the run fails', () => stage.ledger.get(run.id).state === 'failed');
    expect(starts).toBe(3);
    expect(stage.ledger.get(run.id).error).toMatchObject({
      code: 'run.unexpected',
      message: expect.stringContaining('cannot read undefined'),
    });
    await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
  });

  test('fails at once where a retry would not help', async () => {
    let starts = 0;
    stage.startWorker(async () => {
      starts++;
      throw new CbcrError('store.denied', { region: sampleRegion, operation: 'put', cause: 'the key is unknown' });
    });
    const run = await stage.submit();
    await stage.eventually('the run fails', () => stage.ledger.get(run.id).state === 'failed');
    expect([starts, stage.ledger.get(run.id).error?.code]).toEqual([1, 'store.denied']);
  });

  test('fails as a defect when the handler returns what its kind does not promise', async () => {
    // A handler in plain JavaScript, or one that passes on what a server said, can do this.
    stage.startWorker(async () => JSON.parse('{"done":"all"}'));
    const run = await stage.submit();
    await stage.eventually('the run fails', () => stage.ledger.get(run.id).state === 'failed');
    expect(stage.ledger.get(run.id)).toMatchObject({ attempts: 2, error: { code: 'run.unexpected' } });
  });

  test('fails at once when its parameters do not fit its kind', async () => {
    stage.startWorker(async () => ({ done: 1 }));
    const run = await stage.submit({ params: { size: 'large' } });
    await stage.eventually('the run fails', () => stage.ledger.get(run.id).state === 'failed');
    expect(stage.ledger.get(run.id).error?.code).toBe('run.payload-invalid');
  });
});

describe('a catalog that is away', () => {
  test('keeps the wake-up call until the run can be opened', async () => {
    stage.ledger.setAway(true);
    stage.startWorker(async () => ({ done: 1 }));
    const run = await stage.submit();
    await stage.eventually('the worker noticed', () => stage.lines.some((line) => line.message.startsWith('The run cannot be opened')));
    stage.ledger.setAway(false);
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id).epoch).toBe(1);
  });

  test('for a moment does not cost finished work', async () => {
    let starts = 0;
    stage.startWorker(async () => {
      starts++;
      stage.ledger.setAway(true);
      return { done: 1 };
    });
    const run = await stage.submit();
    await stage.eventually('the handler ran', () => starts === 1);
    await stage.eventually('the outcome was refused', () => stage.ledger.refusals() > 0);
    stage.ledger.setAway(false);
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id).epoch).toBe(1);
  });

  test('for longer than the lock stops the run here', async () => {
    stage.startWorker(
      ({ signal }) => {
        stage.ledger.setAway(true);
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      { lockDurationMs: 600 },
    );
    const run = await stage.submit();
    await stage.eventually('the run was stopped', () =>
      stage.lines.some((line) => line.message.startsWith('The catalog did not take the outcome')),
    );
    expect(stage.ledger.get(run.id).state).toBe('running');
  });
});

describe('a wake-up call that is not one', () => {
  test.each([
    ['of a later version', { v: 2, runId: sampleRun().id, more: true }],
    ['without a run', { v: 1 }],
    ['of another shape', ['run']],
  ])('%s is refused once and does not loop', async (_, data) => {
    const connection = new Redis(stage.redisUrl);
    const queue = new Queue(queueNameOf('copying', sampleRegion), { connection, prefix: keyPrefixOf(sampleRegion, stage.namespace) });
    stage.startWorker(async () => ({ done: 1 }));
    await queue.add('copying', data, { attempts: 5 });
    await stage.eventually('it is refused', async () => (await queue.getFailedCount()) === 1);
    expect(stage.lines.filter((line) => line.message === 'A wake-up call cannot be read')).toHaveLength(1);
    await queue.close();
    await connection.quit();
  });

  test('for a run that has ended does nothing', async () => {
    let starts = 0;
    stage.startWorker(async () => ({ done: ++starts }));
    const run = await stage.submit({ state: 'cancelled' });
    await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
    expect(starts).toBe(0);
  });

  test('in the wrong queue gives the run back untouched', async () => {
    stage.startWorker(async () => ({ done: 1 }));
    const run = await stage.submit({ kind: 'sorting' });
    await stage.eventually('it is refused', () => stage.lines.some((line) => line.message === 'A wake-up call stood in the wrong queue'));
    await stage.eventually('the run waits again', () => stage.ledger.get(run.id).state === 'queued');
  });
});
