import type { Clock } from '@cbcr/domain';

/** Resolves when so many more versions may be deleted; rejects with the signal's reason. */
export type ErasePace = (versions: number, signal: AbortSignal) => Promise<void>;

/** At most `perSecond` versions, over all that share the pace: what was let through is paid for before the next may go. */
export function createErasePace({ clock, perSecond }: { clock: Clock; perSecond: number }): ErasePace {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return async (versions, signal) => {
    const nowMs = clock.monotonicMs();
    const beginMs = Math.max(nowMs, freeAtMs);
    freeAtMs = beginMs + (versions / perSecond) * 1000;
    if (beginMs > nowMs) await clock.sleep(beginMs - nowMs, { signal });
  };
}
