import type { Clock } from '@cbcr/domain';

/** Time that passes only when `run` finds nothing else to do. */
export interface VirtualClock extends Clock {
  /** Lets `work` run to its end, jumping to the next sleeper whenever everything waits. Rejects what `work` rejects. */
  run<Result>(work: Promise<Result>): Promise<Result>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Turns of the event loop without any end of `work` before time moves on; enough for the longest chain of promises in the code under test. */
const idleTurns = 4;

export function createVirtualClock(): VirtualClock {
  let nowMs = 0;
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  return {
    now: () => new Date(1_790_000_000_000 + nowMs),
    monotonicMs: () => nowMs,
    sleep(ms, { signal } = {}) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          atMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    async run(work) {
      let settled = false;
      const done = () => {
        settled = true;
      };
      work.then(done, done);
      while (!settled) {
        for (let idle = 0; idle < idleTurns && !settled; idle++) await turn();
        if (settled) break;
        const next = [...sleepers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) continue;
        nowMs = Math.max(nowMs, next.atMs);
        sleepers.delete(next);
        next.wake();
      }
      return work;
    },
  };
}
