import { type Clock, type ErrorCode, isCbcrError, type RegionId } from '@cbcr/domain';
import type { StoreOperation } from './observation.ts';
import { defaultRetryLimits, planRetryDelayMs, type RetryLimits } from './retry-schedule.ts';

/** An attempt failed and another one follows after `delayMs`. */
export interface StoreRetry {
  region: RegionId;
  operation: StoreOperation;
  failures: number;
  delayMs: number;
  code: ErrorCode;
}

export interface RetryOptions extends Partial<RetryLimits> {
  clock: Clock;
  /** A number in [0, 1), as of `Math.random`. */
  random: () => number;
  /** Longest wait for one answer of `head`, `delete`, `ping`, `probe` or one page of `list`. */
  answerTimeoutMs?: number;
  /** Longest time for one attempt of `put` or `get`: five minutes let 64 MiB through at 220 KiB/s. Stalls end sooner, in the adapter. */
  transferTimeoutMs?: number;
  onRetry?: ((retry: StoreRetry) => void) | undefined;
}

export interface Retrying {
  clock: Clock;
  answerTimeoutMs: number;
  transferTimeoutMs: number;
  /** Waits before the next attempt, or throws `error` when it is not worth another one. */
  waitOrThrow(
    error: unknown,
    state: { operation: StoreOperation; failures: number; startedMs: number; signal: AbortSignal | undefined },
  ): Promise<void>;
}

/** What the retries of one store share. */
export function createRetrying(region: RegionId, options: RetryOptions): Retrying {
  const { clock, random, answerTimeoutMs = 30_000, transferTimeoutMs = 300_000, onRetry, ...given } = options;
  const limits = { ...defaultRetryLimits, ...given };
  return {
    clock,
    answerTimeoutMs,
    transferTimeoutMs,
    async waitOrThrow(error, { operation, failures, startedMs, signal }) {
      signal?.throwIfAborted();
      if (!isCbcrError(error) || !isWorthAnotherAttempt(error.code)) throw error;
      const elapsedMs = clock.monotonicMs() - startedMs;
      const delayMs = planRetryDelayMs(limits, { failures, elapsedMs, random: random() });
      if (delayMs === null) throw error;
      onRetry?.({ region, operation, failures, delayMs, code: error.code });
      await clock.sleep(delayMs, { signal });
    },
  };
}

function isWorthAnotherAttempt(code: ErrorCode): boolean {
  return code === 'store.unreachable' || code === 'store.failed';
}
