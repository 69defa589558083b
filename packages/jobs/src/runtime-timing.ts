import type { BackoffRange } from './backoff.ts';

/** How long the worker runtime waits for what. All in milliseconds unless the name says otherwise. */
export interface RuntimeTiming {
  /** A worker that does not renew its Redis lock for so long has lost its runs; also how long the catalog may stay silent. */
  readonly lockDurationMs: number;
  /** How often a worker looks for runs of dead workers. Taking over lasts at most the lock's duration and two of these. */
  readonly stalledIntervalMs: number;
  readonly heartbeatMs: number;
  /** A handler that still works so long after its abort is reported loudly. */
  readonly abortGraceMs: number;
  /** A handler that still works so long after its abort is abandoned: its run ends without it, and its writes are fenced off. */
  readonly abandonAfterMs: number;
  /** Within this time `close` returns, whatever happens. */
  readonly shutdownDeadlineMs: number;
  readonly outageBackoff: BackoffRange;
  readonly attemptBackoff: BackoffRange;
  /** Deaths of workers in a row, without progress between them, after which a run counts as the cause and fails. */
  readonly maxFruitlessDeaths: number;
  /** A worker with free hands and a waiting queue that fetched nothing for so long is replaced. */
  readonly fetchWatchdogMs: number;
}

export const defaultRuntimeTiming: RuntimeTiming = {
  lockDurationMs: 30_000,
  stalledIntervalMs: 10_000,
  heartbeatMs: 1_000,
  abortGraceMs: 5_000,
  abandonAfterMs: 30_000,
  shutdownDeadlineMs: 20_000,
  outageBackoff: { minMs: 2_000, maxMs: 60_000 },
  attemptBackoff: { minMs: 2_000, maxMs: 300_000 },
  maxFruitlessDeaths: 5,
  fetchWatchdogMs: 60_000,
};
