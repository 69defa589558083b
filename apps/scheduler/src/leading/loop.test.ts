import { systemClock } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { expect, test } from 'vitest';
import { startLoop } from './loop.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

/** A loop whose rounds are counted, and a promise for each count. */
function countedLoop(round: (count: number) => Promise<'again' | 'done'>) {
  const stop = new AbortController();
  const waiters = new Map<number, () => void>();
  let count = 0;
  const loop = startLoop({
    name: 'test',
    intervalMs: 3_600_000,
    clock: systemClock,
    logger,
    signal: stop.signal,
    round: () => {
      count += 1;
      waiters.get(count)?.();
      return round(count);
    },
  });
  const reached = (wanted: number) => (count >= wanted ? Promise.resolve() : new Promise<void>((resolve) => waiters.set(wanted, resolve)));
  return { loop, reached, stop, rounds: () => count };
}

test('a knock during a round leads to one more round, so that no change is missed', async () => {
  const gate = Promise.withResolvers<'done'>();
  const { loop, reached, stop } = countedLoop((count) => (count === 1 ? gate.promise : Promise.resolve('done')));
  await reached(1);
  loop.knock();
  gate.resolve('done');
  await reached(2);
  stop.abort();
  await loop.ended;
});

test('a failing round does not end the loop', async () => {
  const { loop, reached, stop } = countedLoop(async (count) => {
    if (count === 1) throw new Error('the database went away');
    return 'done';
  });
  await reached(1);
  // The failed round is followed by a pause; a knock cuts it short whether it comes before or during the pause.
  loop.knock();
  await reached(2);
  stop.abort();
  await loop.ended;
});

test('a loop that is told to stop ends at once, in the middle of its pause', async () => {
  const { loop, reached, stop, rounds } = countedLoop(async () => 'done');
  await reached(1);
  stop.abort();
  await loop.ended;
  expect(rounds()).toBe(1);
});
