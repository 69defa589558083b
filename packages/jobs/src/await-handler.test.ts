import { CbcrError } from '@cbcr/domain';
import { beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock, settle } from '../test/manual-clock.ts';
import { type LogLine, recordingLog } from '../test/stage.ts';
import { awaitHandler, type HandlerEnd } from './await-handler.ts';
import { createRunAbort, type RunAbort } from './run-abort.ts';

const lost = new CbcrError('run.lost', { run: 'run_01' });
let clock: ManualClock;
let abort: RunAbort;
let lines: LogLine[];
beforeEach(() => {
  clock = createManualClock();
  abort = createRunAbort();
  lines = [];
});
const wait = (work: Promise<unknown>) => {
  let end: HandlerEnd | undefined;
  void awaitHandler(work, abort, { clock, log: recordingLog(lines), abortGraceMs: 5_000, abandonAfterMs: 30_000 }).then((value) => {
    end = value;
  });
  return () => end;
};
const messages = () => lines.map((line) => line.message);

test('returns and throws are passed on', async () => {
  const returned = wait(Promise.resolve({ done: 1 }));
  const threw = wait(Promise.reject(lost));
  await settle();
  expect(returned()).toEqual({ type: 'returned', result: { done: 1 } });
  expect(threw()).toEqual({ type: 'threw', error: lost });
});

test('a handler that works is waited for without limit', async () => {
  const end = wait(new Promise(() => undefined));
  await clock.advance(10 * 86_400_000);
  expect([end(), messages()]).toEqual([undefined, []]);
});

test('a handler that stops within the grace passes without a word', async () => {
  const { promise, reject } = Promise.withResolvers();
  const end = wait(promise);
  abort.abort(lost);
  await clock.advance(4_999);
  reject(lost);
  await settle();
  expect([end()?.type, messages()]).toEqual(['threw', []]);
});

test('a handler that ignores its abort is reported after the grace and left behind at the end', async () => {
  const end = wait(new Promise(() => undefined));
  abort.abort(lost);
  await clock.advance(29_999);
  expect([end(), messages()]).toEqual([undefined, ['The handler was told to stop and still works']]);
  await clock.advance(1);
  expect(end()).toEqual({ type: 'abandoned' });
  expect(lines.every((line) => line.level === 'error')).toBe(true);
});

test('nobody waits for it any longer once the worker must go', async () => {
  const end = wait(new Promise(() => undefined));
  abort.abort(lost);
  await clock.advance(1_000);
  abort.abandon();
  await settle();
  expect(end()).toEqual({ type: 'abandoned' });
});

test('the first reason to stop stays', () => {
  abort.abort(lost);
  abort.abort(new CbcrError('run.cancelled', { by: 'request' }));
  expect([abort.reason(), abort.signal.reason]).toEqual([lost, lost]);
});
