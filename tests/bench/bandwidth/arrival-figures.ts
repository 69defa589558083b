import type { Arrival } from './sink-protocol.ts';

/** Bytes by the millisecond, from the first arrival on. */
export interface Timeline {
  readonly fromMs: number;
  readonly bytes: Float64Array;
}

export function timelineOf(arrivals: readonly Arrival[]): Timeline {
  const times = arrivals.map(([, atMs]) => atMs);
  const fromMs = times.reduce((least, atMs) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
  const toMs = times.reduce((most, atMs) => Math.max(most, atMs), 0);
  const bytes = new Float64Array(Math.max(0, toMs - fromMs + 1));
  for (const [, atMs, size] of arrivals) bytes[atMs - fromMs] = (bytes[atMs - fromMs] ?? 0) + size;
  return { fromMs, bytes };
}

/** The sum of each stretch of `ms`, wherever it begins; the entry is where it begins. */
export function stretches({ bytes }: Timeline, ms: number): Float64Array {
  const count = Math.max(0, bytes.length - ms + 1);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) {
    sum += (bytes[i] ?? 0) - (bytes[i - ms] ?? 0);
    if (i >= ms - 1) sums[i - ms + 1] = sum;
  }
  return sums;
}

/** Jain's index over what each worker got: 1 is equal shares, 1/n is all for one. */
export function jainIndex(arrivals: readonly Arrival[], workers: number): number {
  const shares = new Float64Array(workers);
  for (const [worker, , bytes] of arrivals) shares[worker] = (shares[worker] ?? 0) + bytes;
  const sum = shares.reduce((a, b) => a + b, 0);
  return sum ** 2 / (workers * shares.reduce((a, b) => a + b ** 2, 0));
}
