/** The least and the greatest pause between two starts of a run, in milliseconds. */
export interface BackoffRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Exponential with "equal jitter": half of the ceiling is sure, the other half is drawn, so that many runs that met the same outage do
 * not come back together. The ceiling of the n-th pause is `minMs × 2^n`; the pause never leaves `minMs`..`maxMs`.
 *
 * @param consecutive 1 for the first pause.
 * @param random      uniform in [0, 1).
 */
export function backoffMs(consecutive: number, { minMs, maxMs }: BackoffRange, random: () => number): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.max(1, consecutive));
  const pause = ceiling / 2 + (ceiling / 2) * random();
  return Math.round(Math.min(maxMs, Math.max(minMs, pause)));
}
