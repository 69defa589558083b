import { CbcrError, type RunProgress } from '@cbcr/domain';
import { beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock, settle } from '../test/manual-clock.ts';
import { ids } from '../test/sample-runs.ts';
import { type LogLine, recordingLog } from '../test/stage.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { createRunAbort, type RunAbort } from './run-abort.ts';

const run = ids.runId();
let clock: ManualClock;
let abort: RunAbort;
let lines: LogLine[];
let beats: (RunProgress | null)[];
let latest: RunProgress | null;
let answer: () => Promise<{ cancelRequested: boolean }>;
let heartbeat: Heartbeat;

beforeEach(() => {
  clock = createManualClock();
  abort = createRunAbort();
  lines = [];
  beats = [];
  latest = null;
  answer = async () => ({ cancelRequested: false });
  heartbeat = startHeartbeat({
    ledger: {
      heartbeat: (_run, _epoch, progress) => {
        beats.push(progress);
        return answer();
      },
    },
    run,
    epoch: 4,
    abort,
    clock,
    log: recordingLog(lines),
    everyMs: 1_000,
    silenceMs: 30_000,
    latestProgress: () => latest,
    openedAtMs: -50,
  });
});

test('beats once a second with the latest progress, however often progress is reported', async () => {
  for (let doneBytes = 1; doneBytes <= 500; doneBytes++) latest = { phase: 'moving', doneBytes, totalBytes: null };
  await clock.advance(3_500);
  expect(beats).toEqual([latest, latest, latest]);
  await heartbeat.stop();
});

test('ends with stop, even while the ledger does not answer', async () => {
  answer = () => new Promise(() => undefined);
  await clock.advance(1_000);
  await heartbeat.stop();
  await clock.advance(60_000);
  expect(beats).toHaveLength(1);
  expect(abort.reason()).toBeNull();
});

test('the run was held for certain when the last question was asked that the ledger answered, not when its answer came', async () => {
  const openedAtMs = -50;
  expect(heartbeat.heldAtMs()).toBe(openedAtMs);
  const begun = clock.monotonicMs();
  const slow = Promise.withResolvers<{ cancelRequested: boolean }>();
  answer = () => slow.promise;
  await clock.advance(5_000);
  expect(heartbeat.heldAtMs()).toBe(openedAtMs);
  slow.resolve({ cancelRequested: false });
  await settle();
  expect(heartbeat.heldAtMs() - begun).toBe(1_000);
  answer = () => Promise.reject(new CbcrError('catalog.unreachable', { cause: 'down' }));
  await clock.advance(5_000);
  expect(heartbeat.heldAtMs() - begun).toBe(1_000);
  await heartbeat.stop();
});

test('aborts as cancelled when the ledger says so, and goes on beating while the handler winds up', async () => {
  answer = async () => ({ cancelRequested: true });
  await clock.advance(1_000);
  expect(abort.reason()?.code).toBe('run.cancelled');
  await clock.advance(2_000);
  expect(beats).toHaveLength(3);
  await heartbeat.stop();
});

test('asks at once when told to', async () => {
  await clock.advance(100);
  heartbeat.beatNow();
  await settle();
  expect(beats).toHaveLength(1);
  await clock.advance(1_000);
  expect(beats).toHaveLength(2);
  await heartbeat.stop();
});

test('aborts as lost when a newer attempt exists, and beats no more', async () => {
  answer = () => Promise.reject(new CbcrError('run.lost', { run }));
  await clock.advance(5_000);
  expect(abort.reason()?.code).toBe('run.lost');
  expect(beats).toHaveLength(1);
});

describe('a ledger that is away', () => {
  const away = () => Promise.reject(new CbcrError('catalog.unreachable', { cause: 'down' }));

  test('for less than the silence allowed does not stop the run', async () => {
    answer = away;
    await clock.advance(29_500);
    answer = async () => ({ cancelRequested: false });
    await clock.advance(29_500);
    expect(abort.reason()).toBeNull();
    expect(lines.length).toBeGreaterThan(0);
    await heartbeat.stop();
  });

  test.each([
    ['refuses', away],
    ['hangs', () => new Promise<never>(() => undefined)],
    ['fails in an unknown way', () => Promise.reject(new Error('protocol error'))],
  ])('and %s for longer stops it here, as an outage', async (_, silent) => {
    answer = silent;
    await clock.advance(31_500);
    expect(abort.reason()).toMatchObject({ code: 'catalog.unreachable', treatment: 'outage' });
  });
});
