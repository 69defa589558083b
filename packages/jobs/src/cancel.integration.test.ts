import { CbcrError, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type RemoteWorker, startRemoteWorker } from '../test/remote-worker.ts';
import { sampleRegion, sampleRun } from '../test/sample-runs.ts';
import { createStage, type Stage } from '../test/stage.ts';

let stage: Stage;
let worker: RemoteWorker | undefined;
beforeEach(() => {
  stage = createStage(inject('redisUrl'), systemClock);
});
afterEach(async () => {
  await worker?.kill();
  worker = undefined;
  await stage.close();
});

test('a run in another process is cancelled by the flag in the catalog alone', async () => {
  worker = startRemoteWorker(stage, 'far');
  const run = await stage.submit({ params: { size: 1_000_000 } });
  await stage.eventually('the worker commits', () => stage.ledger.entries(run.id, 'commit').length > 3);
  stage.ledger.requestCancel(run.id);
  await stage.eventually('the run is cancelled', () => stage.ledger.get(run.id).state === 'cancelled');
  expect(stage.ledger.get(run.id).error?.code).toBe('run.cancelled');
  await stage.eventually('the job is gone', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'absent');
});

test('an announced cancel does not wait for the next heartbeat', async () => {
  worker = startRemoteWorker(stage, 'far', { heartbeatMs: 3_600_000 });
  const run = await stage.submit({ params: { size: 1_000_000 } });
  await stage.eventually('the worker commits', () => stage.ledger.entries(run.id, 'commit').length > 3);
  stage.ledger.requestCancel(run.id);
  await stage.queues.announceCancel(sampleRegion, run.id);
  await stage.eventually('the run is cancelled', () => stage.ledger.get(run.id).state === 'cancelled');
});

test('an announcement without the flag cancels nothing', async () => {
  worker = startRemoteWorker(stage, 'far', { heartbeatMs: 3_600_000 });
  const run = await stage.submit({ params: { size: 60 } });
  await stage.eventually('the worker commits', () => stage.ledger.entries(run.id, 'commit').length > 3);
  await stage.queues.announceCancel(sampleRegion, run.id);
  await stage.eventually('the worker asked the ledger', () => stage.ledger.entries(run.id, 'heartbeat').length === 1);
  await stage.eventually('the run succeeds', () => stage.ledger.get(run.id).state === 'succeeded');
});

test('a waiting run is cancelled without a worker', async () => {
  const run = await stage.submit();
  expect(await stage.queues.has('copying', sampleRegion, run.id)).toBe('waiting');
  stage.ledger.cancelUnopened(run.id);
  expect(await stage.queues.remove('copying', sampleRegion, run.id)).toBe(true);
  expect(await stage.queues.has('copying', sampleRegion, run.id)).toBe('absent');
});

test('a run that waits out an outage is cancelled without a worker', async () => {
  stage.startWorker(
    async () => {
      throw new CbcrError('store.unreachable', { region: sampleRegion, cause: 'down' });
    },
    { outageBackoff: { minMs: 600_000, maxMs: 600_000 } },
  );
  const run = await stage.submit();
  await stage.eventually('the run waits', async () => (await stage.queues.has('copying', sampleRegion, run.id)) === 'delayed');
  stage.ledger.cancelUnopened(run.id);
  expect(await stage.queues.remove('copying', sampleRegion, run.id)).toBe(true);
  expect(stage.ledger.get(run.id)).toMatchObject({ state: 'cancelled', epoch: 1 });
});

test('a run whose cancel was asked for before it started does not start', async () => {
  let starts = 0;
  const run = sampleRun({ cancelRequested: true });
  stage.ledger.add(run);
  stage.startWorker(async () => ({ done: ++starts }));
  await stage.queues.enqueue({ kind: 'copying', region: sampleRegion, runId: run.id });
  await stage.eventually('the run is cancelled', () => stage.ledger.get(run.id).state === 'cancelled');
  expect(starts).toBe(0);
});

test('a handler that ignores its abort is reported loudly and left behind', async () => {
  stage.startWorker(() => new Promise(() => undefined));
  const run = await stage.submit();
  await stage.eventually('the run starts', () => stage.ledger.get(run.id).state === 'running');
  stage.ledger.requestCancel(run.id);
  await stage.eventually('the run is cancelled', () => stage.ledger.get(run.id).state === 'cancelled');
  expect(stage.lines.filter((line) => line.level === 'error').map((line) => line.message)).toEqual([
    'The handler was told to stop and still works',
    'The handler ignored its abort: the run ends without it',
  ]);
});
