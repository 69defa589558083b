import type { Clock } from '@cbcr/domain';

export interface CommitDeadline {
  /** Aborts for those that are late. */
  signal: AbortSignal;
  /** One more region has committed. */
  count(): void;
  /** Everybody has answered. */
  end(): void;
}

/**
 * Once `enough` regions have committed, the others have `toleranceMs` left: a region that hangs at its manifest must not hold up a point that
 * is good without it (I9). Before that the point needs them, and only their stores' own time limits end the waiting.
 */
export function createCommitDeadline(clock: Clock, enough: number, toleranceMs: number): CommitDeadline {
  const late = new AbortController();
  const ended = new AbortController();
  let committed = 0;
  return {
    signal: late.signal,
    count() {
      committed += 1;
      if (committed !== enough) return;
      clock.sleep(toleranceMs, { signal: ended.signal }).then(
        () => late.abort(new Error(`no answer within ${toleranceMs} ms after enough others`)),
        () => undefined,
      );
    },
    end: () => ended.abort(new Error('everybody answered')),
  };
}
