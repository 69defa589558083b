import { CbcrError, keyPrefixOf, queueNameOf, type RequestId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { createStage, type Stage } from '../test/stage.ts';
import type { QueuedRequest, RequestIntake } from './request-intake.ts';

let stage: Stage;
let connection: Redis;
let queue: Queue;
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
  connection = new Redis(stage.redisUrl);
  queue = new Queue(queueNameOf('copying', sampleRegion), { connection, prefix: keyPrefixOf(sampleRegion, stage.namespace) });
});
afterEach(async () => {
  await queue.close();
  await connection.quit();
  await stage.close();
});

/** As version 1 of the payload was published: this must be understood for ever. */
const versionOne = { v: 1, requestId: 'nightly-17', request: { kind: 'copying', size: 3, secret: 'hunter2' } };
const enqueue = (data: object) => queue.add('copying', data, { jobId: 'request-nightly-17', attempts: 5 });

/** Makes one run for each request id, in the ledger and nowhere else: no relay will wake it. */
function createIntake(): RequestIntake & { asked: QueuedRequest[] } {
  const asked: QueuedRequest[] = [];
  const made = new Map<RequestId, ReturnType<typeof sampleRun>>();
  return {
    asked,
    async accept(queued) {
      asked.push(queued);
      const run = made.get(queued.requestId) ?? sampleRun();
      if (!made.has(queued.requestId)) stage.ledger.add(run);
      made.set(queued.requestId, run);
      return stage.ledger.get(run.id);
    },
  };
}
const refuseWith = (thrown: unknown) => {
  let calls = 0;
  return {
    calls: () => calls,
    accept: async () => {
      calls++;
      throw thrown;
    },
  };
};

describe('a request of a producer', () => {
  test('becomes a run that starts without anybody else, and tells its producer which', async () => {
    const intake = createIntake();
    stage.startWorker(async ({ params }) => ({ done: params.size }), {}, intake);
    await enqueue(versionOne);
    await stage.eventually('it is answered', async () => (await queue.getCompletedCount()) === 1);
    const { runId } = (await queue.getJob('request-nightly-17'))?.returnvalue ?? {};
    await stage.eventually('its run succeeds', () => stage.ledger.get(runId).state === 'succeeded');
    expect(intake.asked).toMatchObject([{ requestId: 'nightly-17', kind: 'copying', region: sampleRegion, request: { size: 3 } }]);
  });

  test('that comes again after Redis forgot its answer is the same run, which does not start again', async () => {
    let starts = 0;
    stage.startWorker(async () => ({ done: ++starts }), {}, createIntake());
    await enqueue(versionOne);
    await stage.eventually('it is answered', async () => (await queue.getCompletedCount()) === 1);
    const first = (await queue.getJob('request-nightly-17'))?.returnvalue;
    await stage.eventually('its run succeeds', () => stage.ledger.get(first.runId).state === 'succeeded');
    await queue.remove('request-nightly-17');
    await enqueue(versionOne);
    await stage.eventually('it is answered again', async () => (await queue.getCompletedCount()) === 1);
    expect((await queue.getJob('request-nightly-17'))?.returnvalue).toEqual(first);
    expect(starts).toBe(1);
  });

  test('that is refused ends at once with its code, and what it held is gone', async () => {
    const intake = refuseWith(
      new CbcrError('placement.region-forbidden', { region: 'mars', instance: 'orders', cause: 'it is not in the EU' }),
    );
    stage.startWorker(async () => ({ done: 1 }), {}, intake);
    await enqueue(versionOne);
    await stage.eventually('it is refused', async () => (await queue.getFailedCount()) === 1);
    const job = await queue.getJob('request-nightly-17');
    expect(job?.failedReason).toMatch(/^placement\.region-forbidden: Region mars may not hold data of orders: it is not in the EU\./);
    expect(JSON.stringify(job?.data)).not.toContain('hunter2');
    expect(intake.calls()).toBe(1);
  });

  test('waits out an outage of the catalog', async () => {
    const intake = createIntake();
    let outages = 0;
    const patient: RequestIntake = {
      accept: async (queued) => {
        if (++outages <= 3) throw new CbcrError('catalog.unreachable', { cause: 'the test says so' });
        return intake.accept(queued);
      },
    };
    stage.startWorker(async () => ({ done: 1 }), {}, patient);
    await enqueue(versionOne);
    await stage.eventually('it is answered', async () => (await queue.getCompletedCount()) === 1);
    expect(outages).toBe(4);
  });

  test('that meets a defect is tried a few times and never loops', async () => {
    const intake = refuseWith(new TypeError('cannot read undefined'));
    stage.startWorker(async () => ({ done: 1 }), {}, intake);
    await enqueue(versionOne);
    await stage.eventually('it is given up', async () => (await queue.getFailedCount()) === 1);
    expect(intake.calls()).toBe(3);
  });

  test('of a newer version is refused with both versions, before anybody decides', async () => {
    const intake = createIntake();
    stage.startWorker(async () => ({ done: 1 }), {}, intake);
    await enqueue({ ...versionOne, v: 2 });
    await stage.eventually('it is refused', async () => (await queue.getFailedCount()) === 1);
    const job = await queue.getJob('request-nightly-17');
    expect(JSON.stringify(job?.data)).not.toContain('hunter2');
    expect(job?.failedReason).toMatch(/^run\.payload-invalid: .*its version is 2, this worker knows 1/);
    expect(intake.asked).toEqual([]);
  });

  test('is refused by a worker that takes none', async () => {
    stage.startWorker(async () => ({ done: 1 }));
    await enqueue(versionOne);
    await stage.eventually('it is refused', async () => (await queue.getFailedCount()) === 1);
    expect((await queue.getJob('request-nightly-17'))?.failedReason).toMatch(/^request\.refused: /);
  });
});
