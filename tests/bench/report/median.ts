import type { Measured, Result } from '../measurements.ts';

/** The repetition whose time is the median: its figures belong together. Undefined when none was made. */
export function medianOf({ repetitions }: Pick<Result, 'repetitions'>): Measured | undefined {
  const sorted = repetitions.toSorted((a, b) => a.seconds - b.seconds);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
