import type { Clock } from '@cbcr/domain';
import type { PaceBody } from '../blob-store.ts';

/** For how long a call was held back by its limit: such time counts against no store. */
export interface HoldMeter {
  onHold(isHeld: boolean): void;
  /** All holds together, the one that lasts included. */
  heldMs(): number;
  /** The length of the hold that lasts, or of the longest that ended a moment ago; else 0. */
  recentHoldMs(): number;
}

const momentMs = 1_000;

export function createHoldMeter(clock: Pick<Clock, 'monotonicMs'>): HoldMeter {
  let pastMs = 0;
  let last = { lengthMs: 0, endedAtMs: Number.NEGATIVE_INFINITY };
  let sinceMs: number | null = null;
  const currentHoldMs = () => (sinceMs === null ? 0 : clock.monotonicMs() - sinceMs);
  return {
    onHold(isHeld) {
      if (isHeld) sinceMs ??= clock.monotonicMs();
      else {
        if (sinceMs === null) return;
        const ended = { lengthMs: currentHoldMs(), endedAtMs: clock.monotonicMs() };
        pastMs += ended.lengthMs;
        if (ended.lengthMs >= last.lengthMs || ended.endedAtMs - last.endedAtMs >= momentMs) last = ended;
        sinceMs = null;
      }
    },
    heldMs: () => pastMs + currentHoldMs(),
    recentHoldMs() {
      if (sinceMs !== null) return currentHoldMs();
      return clock.monotonicMs() - last.endedAtMs < momentMs ? last.lengthMs : 0;
    },
  };
}

/** The same pace, which says when it holds: while a piece is waited for that the body has already brought. */
export function watchHolds(pace: PaceBody, onHold: (isHeld: boolean) => void): PaceBody {
  const watched = (body: Parameters<PaceBody>[0], signal: AbortSignal | undefined) => {
    const source = body instanceof Uint8Array ? body : watchSteps(body, { before: () => onHold(false), after: () => onHold(true) });
    return watchSteps(pace(source, signal), { before: () => onHold(true), after: () => onHold(false) });
  };
  return Object.assign(watched, { passes: pace.passes });
}

/** Calls `before` whenever a piece is asked for and `after` when it came. By hand, not by a generator: that would cost more than all the rest. */
function watchSteps(
  pieces: AsyncIterable<Uint8Array>,
  { before, after }: { before(): void; after(): void },
): AsyncIterableIterator<Uint8Array, undefined, undefined> {
  const source = pieces[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      before();
      try {
        const step = await source.next();
        return step.done === true ? { done: true, value: undefined } : step;
      } finally {
        after();
      }
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Holds are looked at this often, not heard of: they begin and end with every piece. */
const shortestLookMs = 250;

/** Resolves when `timeoutMs` have passed without the time of holds. */
export async function sleepUnheld(
  { clock, timeoutMs, heldMs }: { clock: Pick<Clock, 'monotonicMs' | 'sleep'>; timeoutMs: number; heldMs(): number },
  signal: AbortSignal,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const heldBeforeMs = heldMs();
  for (let leftMs = timeoutMs; leftMs > 0; ) {
    await clock.sleep(Math.max(leftMs, Math.min(timeoutMs, shortestLookMs)), { signal, unref: true });
    const newlyHeldMs = heldMs() - heldBeforeMs;
    leftMs = newlyHeldMs === 0 ? 0 : timeoutMs + newlyHeldMs - (clock.monotonicMs() - startedMs);
  }
}
