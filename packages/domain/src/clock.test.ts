import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('a sleep ends with the reason of an abort, at once', async () => {
  const controller = new AbortController();
  const started = systemClock.monotonicMs();
  const sleep = systemClock.sleep(60_000, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  expect(systemClock.monotonicMs() - started).toBeLessThan(5_000);
});

test('a sleep on a signal that has already aborted rejects', async () => {
  await expect(systemClock.sleep(1, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
});
