import { CbcrError, type Clock, finalRunStates } from '@cbcr/domain';
import { ApiError } from './api-error.ts';
import type { RunView } from './views/run.ts';

export interface WaitOptions {
  /** Ends the waiting, not the run; rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Hears of the run whenever it was read. */
  onProgress?: ((run: RunView) => void) | undefined;
  /** From the call on; then `run.wait-expired`. Absent: as long as the run needs. */
  timeoutMs?: number | undefined;
  /** Between two questions. Default 500. */
  pollMs?: number | undefined;
  /** How long the scheduler may be away without an end of the waiting. Default 5 minutes: it may be restarted meanwhile. */
  patienceMs?: number | undefined;
}

/** Reads the run until it has ended. Rejects with an {@link ApiError}. */
export async function waitForRun(id: string, read: (id: string) => Promise<RunView>, clock: Clock, options: WaitOptions): Promise<RunView> {
  const { signal, onProgress, timeoutMs = Number.POSITIVE_INFINITY, pollMs = 500, patienceMs = 300_000 } = options;
  const beganMs = clock.monotonicMs();
  let answeredMs = beganMs;
  let state = 'not known';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const run = await read(id);
      answeredMs = clock.monotonicMs();
      state = run.state;
      onProgress?.(run);
      if (finalRunStates.includes(run.state)) return run;
    } catch (error) {
      if (!isAway(error) || clock.monotonicMs() - answeredMs > patienceMs) throw error;
    }
    const leftMs = timeoutMs - (clock.monotonicMs() - beganMs);
    if (leftMs <= 0) {
      const seconds = Math.round(timeoutMs / 1000);
      throw new ApiError(0, new CbcrError('run.wait-expired', { run: id, seconds, state }).toReport());
    }
    await clock.sleep(Math.min(pollMs, leftMs), { signal });
  }
}

/** No answer at all, or one that says that something behind the API is away. */
const isAway = (error: unknown): boolean => error instanceof ApiError && (error.status === 0 || error.status === 503);
