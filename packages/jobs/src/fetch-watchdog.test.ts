import { beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../test/manual-clock.ts';
import { type LogLine, recordingLog } from '../test/stage.ts';
import { startFetchWatchdog } from './fetch-watchdog.ts';

let clock: ManualClock;
let lines: LogLine[];
let replaced: number;
let reconnected: number;
const worker = {
  kind: 'copying',
  free: true,
  fetchedMs: 0,
  waiting: 0,
  broken: false,
  silent: false,
  hasFreeHands: () => worker.free,
  lastFetchMs: () => worker.fetchedMs,
  fetchableJobs: async () => {
    if (worker.broken) throw new Error('Redis is away');
    if (worker.silent) return await new Promise<number>(() => undefined);
    return worker.waiting;
  },
};
beforeEach(() => {
  clock = createManualClock();
  lines = [];
  replaced = 0;
  reconnected = 0;
  Object.assign(worker, { free: true, fetchedMs: 0, waiting: 0, broken: false, silent: false });
});
const watch = () =>
  startFetchWatchdog({
    workers: () => [worker],
    replace: () => {
      replaced++;
    },
    reconnect: () => {
      reconnected++;
      worker.silent = false;
    },
    clock,
    log: recordingLog(lines),
    limitMs: 60_000,
  });

test('jobs that wait before free hands for longer than the limit mean a dead worker', async () => {
  watch();
  await clock.advance(3_600_000);
  worker.waiting = 3;
  await clock.advance(60_000);
  expect(replaced).toBe(0);
  await clock.advance(30_000);
  expect(replaced).toBe(1);
  expect(lines.map((line) => line.level)).toEqual(['error']);
});

test('a worker that fetches, or whose hands are full, lives', async () => {
  watch();
  worker.waiting = 1_000;
  for (let minute = 0; minute < 60; minute++) {
    await clock.advance(30_000);
    worker.fetchedMs = clock.monotonicMs();
    await clock.advance(30_000);
  }
  worker.free = false;
  await clock.advance(3_600_000);
  expect(replaced).toBe(0);
});

test('a Redis that does not answer is not held against the worker', async () => {
  watch();
  worker.broken = true;
  await clock.advance(3_600_000);
  expect({ replaced, reconnected }).toEqual({ replaced: 0, reconnected: 0 });
});

test('a connection that swallows questions is given up after a quarter of the limit, and the watch goes on', async () => {
  watch();
  worker.silent = true;
  await clock.advance(29_000);
  expect(reconnected).toBe(0);
  await clock.advance(2_000);
  expect({ replaced, reconnected }).toEqual({ replaced: 0, reconnected: 1 });
  expect(lines.map((line) => line.level)).toEqual(['warn']);
  worker.waiting = 1;
  await clock.advance(120_000);
  expect({ replaced, reconnected }).toEqual({ replaced: 1, reconnected: 1 });
});

test('a stopped watchdog replaces nobody', async () => {
  const watchdog = watch();
  worker.waiting = 1;
  await clock.advance(50_000);
  watchdog.stop();
  await clock.advance(3_600_000);
  expect(replaced).toBe(0);
});
