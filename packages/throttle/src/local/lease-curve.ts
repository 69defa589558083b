import type { Lease } from '../lease/lease-source.ts';

/** How much of a lease may be spent by now: evenly over its time, and what was left for longer than `latenessMs` is lost. */
export interface LeaseCurve {
  /** Whole KiB that may be spent at `nowMs`. */
  spendableKiB(nowMs: number): number;
  spend(amountKiB: number): void;
  /** Nothing is left, or will be, of this lease. */
  isOver(nowMs: number): boolean;
  /** From 0 to 1. */
  usedShare(): number;
  /** When the next whole KiB, or `amountKiB` of it, will be there. */
  readyAtMs(amountKiB: number): number;
}

const kib = 1024;

export function createLeaseCurve({ bytes, startMs, durationMs }: Lease, latenessMs: number): LeaseCurve {
  const bytesPerMs = bytes / Math.max(durationMs, 1e-3);
  const endMs = startMs + durationMs;
  /** Up to where the lease is spent or lost. */
  let spentToMs = startMs;
  let spentBytes = 0;
  return {
    spendableKiB(nowMs) {
      spentToMs = Math.max(spentToMs, Math.min(nowMs - latenessMs, endMs));
      const spendableBytes = (Math.min(nowMs, endMs) - spentToMs) * bytesPerMs;
      return Math.max(0, Math.floor(spendableBytes / kib + 1e-6));
    },
    spend(amountKiB) {
      spentBytes += amountKiB * kib;
      spentToMs += (amountKiB * kib) / bytesPerMs;
    },
    isOver: (nowMs) => endMs - spentToMs < kib / bytesPerMs - 1e-6 || nowMs - latenessMs >= endMs,
    usedShare: () => Math.min(1, (spentBytes + kib) / bytes),
    readyAtMs: (amountKiB) => Math.min(spentToMs + (amountKiB * kib) / bytesPerMs, endMs),
  };
}
