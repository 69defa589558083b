import type { Clock } from '@cbcr/domain';

/** A clock whose sleeps take no time: each lets the rest of the program run, and moves the time on. */
export function createSteppingClock(): Clock {
  let nowMs = Date.parse('2026-11-23T07:00:00Z');
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: async (ms, { signal } = {}) => {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
}
