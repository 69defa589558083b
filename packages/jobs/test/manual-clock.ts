import type { Clock } from '@cbcr/domain';

export interface ManualClock extends Clock {
  /** Lets time pass; whoever wakes up on the way runs before later sleepers do. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

export function createManualClock(): ManualClock {
  let nowMs = 0;
  let sleepers: Sleeper[] = [];
  const leave = (sleeper: Sleeper) => {
    sleepers = sleepers.filter((other) => other !== sleeper);
  };
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper = { dueMs: nowMs + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          leave(sleeper);
          reject(signal.reason);
        });
      }),
    async advance(ms) {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const next = sleepers.filter((sleeper) => sleeper.dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (!next) break;
        nowMs = Math.max(nowMs, next.dueMs);
        leave(next);
        next.wake();
        await settle();
      }
      nowMs = endMs;
    },
  };
}

/** Lets everything that is ready run: promises settle before the event loop turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
