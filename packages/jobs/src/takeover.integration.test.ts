import { systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { type RemoteWorker, startRemoteWorker } from '../test/remote-worker.ts';
import { sampleRegion } from '../test/sample-runs.ts';
import { createStage, type Stage } from '../test/stage.ts';
import type { RuntimeTiming } from './runtime-timing.ts';

let stage: Stage;
const workers: RemoteWorker[] = [];
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  await stage.close();
});
const startWorker = (id: string, timing: Partial<RuntimeTiming> = {}) => {
  const worker = startRemoteWorker(stage, id, timing);
  workers.push(worker);
  return worker;
};
const committed = (run: Parameters<Stage['ledger']['entries']>[0], epoch: number) =>
  stage.ledger.entries(run, 'commit').filter((entry) => entry.epoch === epoch && entry.taken).length;

describe('a worker that dies in the middle of a run', () => {
  test('is followed by another one under the next epoch', async () => {
    const first = startWorker('first');
    const run = await stage.submit({ params: { size: 40 } });
    await stage.eventually('the first worker commits', () => committed(run.id, 1) > 3);
    startWorker('second');
    first.signal('SIGKILL');
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id)).toMatchObject({ epoch: 2, attempts: 0, result: { done: 40 } });
    expect(stage.ledger.entries(run.id, 'succeed')).toHaveLength(1);
  });

  test('again and again without progress ends the run instead of killing every worker', async () => {
    const run = await stage.submit({ params: { size: 1_000_000 } });
    let deaths = 0;
    for (; deaths < 5; deaths++) {
      // Without a heartbeat no progress is ever reported, as when a run kills its worker at once.
      const victim = startWorker(`victim-${deaths}`, { heartbeatMs: 3_600_000 });
      const epoch = deaths + 1;
      await stage.eventually('the next worker takes over', () => stage.ledger.entries(run.id, 'open').length === epoch);
      victim.signal('SIGKILL');
    }
    startWorker('survivor');
    await stage.eventually('the run fails', () => stage.ledger.get(run.id).state === 'failed');
    expect(stage.ledger.get(run.id).error?.code).toBe('run.no-progress');
  });
});

describe('a worker that froze and wakes up after its run was taken over', () => {
  test('writes nothing any more', async () => {
    const zombie = startWorker('zombie');
    const run = await stage.submit({ params: { size: 40 } });
    await stage.eventually('the zombie commits', () => committed(run.id, 1) > 3);
    zombie.signal('SIGSTOP');
    startWorker('second');
    await stage.eventually('the second worker commits', () => committed(run.id, 2) > 3);
    const before = committed(run.id, 1);
    const callsBefore = zombie.calls().length;
    zombie.signal('SIGCONT');
    await stage.eventually('the zombie speaks again', () => zombie.calls().length > callsBefore);
    await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
    expect(stage.ledger.get(run.id)).toMatchObject({ epoch: 2, result: { done: 40 } });
    expect(committed(run.id, 1)).toBe(before);
    const outcomes = new Set(['succeed', 'fail', 'cancel', 'wait', 'retry', 'release']);
    expect(zombie.calls().filter((call) => outcomes.has(call.method))).toEqual([]);
    await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
  });
});
