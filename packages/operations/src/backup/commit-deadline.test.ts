import { systemClock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createCommitDeadline } from './commit-deadline.ts';

/** Sleeps end when the test says so. */
function stoppedClock() {
  const sleeps: (() => void)[] = [];
  const sleep = (_ms: number, { signal }: { signal?: AbortSignal | undefined } = {}) =>
    new Promise<void>((resolve, reject) => {
      sleeps.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  return { clock: { ...systemClock, sleep }, sleeps };
}

test('nobody is late before enough regions have committed', () => {
  const { clock, sleeps } = stoppedClock();
  const deadline = createCommitDeadline(clock, 2, 1_000);
  deadline.count();
  expect(sleeps).toEqual([]);
  expect(deadline.signal.aborted).toBe(false);
});

test('once enough have, the others have the tolerance and no more', async () => {
  const { clock, sleeps } = stoppedClock();
  const deadline = createCommitDeadline(clock, 1, 1_000);
  deadline.count();
  deadline.count();
  expect(sleeps).toHaveLength(1);
  sleeps[0]?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(deadline.signal.aborted).toBe(true);
});

test('when everybody has answered nothing is aborted any more', async () => {
  const { clock, sleeps } = stoppedClock();
  const deadline = createCommitDeadline(clock, 1, 1_000);
  deadline.count();
  deadline.end();
  sleeps[0]?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(deadline.signal.aborted).toBe(false);
});
