/** How long and how often a call is tried again. */
export interface RetryLimits {
  /** Attempts in all, the first one included. */
  attempts: number;
  /** Upper bound of the first wait; it doubles with each failure. */
  baseDelayMs: number;
  /** Upper bound of every wait. */
  maxDelayMs: number;
  /** No attempt starts later than this after the first one. */
  totalMs: number;
}

/** About three seconds against a store that refuses connections: a run notices an outage soon and waits for the region elsewhere. */
export const defaultRetryLimits: RetryLimits = { attempts: 5, baseDelayMs: 200, maxDelayMs: 10_000, totalMs: 120_000 };

/**
 * The wait before the next attempt in milliseconds, or null to give up. `failures` counts the failed attempts so far (1 after the first; those that a limit explains are not counted),
 * `random` is in [0, 1).
 *
 * Full jitter: anything between nothing and the exponential bound, so that the workers of a region that comes back do not all return in
 * the same moment (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function planRetryDelayMs(limits: RetryLimits, state: { failures: number; elapsedMs: number; random: number }): number | null {
  if (state.failures >= limits.attempts) return null;
  const boundMs = Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** (state.failures - 1));
  const delayMs = Math.floor(state.random * boundMs);
  return state.elapsedMs + delayMs > limits.totalMs ? null : delayMs;
}
