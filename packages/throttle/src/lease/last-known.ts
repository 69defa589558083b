import type { Clock } from '@cbcr/domain';
import { gatesOf, type LimitName, type Limits, type Link } from '../limits/limits.ts';
import { type PublishedLimits, rateOf } from '../limits/published-limits.ts';
import type { Rate } from '../limits/rate.ts';
import { rateAt } from '../limits/rate-at.ts';
import type { Lease, LeaseAnswer } from './lease-source.ts';
import { graceMs, roundMs } from './timing.ts';

export interface LastKnownOptions {
  readonly workerId: string;
  readonly clock: Clock;
  /** What holds for a process that never heard of any limits: those of its own `cbcr.yaml`, shared by so many workers. */
  readonly unheard: { readonly limits: Limits; readonly workers: number };
}

/** The number of sharers that was seen lately: a lull just before an outage must not let everybody think to be alone. */
const peakHoldsMs = 300_000;
/** Timetables of windows are renewed under the same revision. */
const relearnMs = 3_600_000;
const pauseRetryMs = 250;

const kib = 1024;
const keyOf = ({ source, target }: Link) => `${source}->${target}`;
const wholeKib = (round: (value: number) => number, bytes: number) => round(bytes / kib) * kib;

/**
 * What a worker may do without asking: its share of the last known limits, by the last known number of those who share them. If
 * each keeps to it, all together stay below every limit.
 */
export function createLastKnown({ workerId, clock, unheard }: LastKnownOptions) {
  let limits: PublishedLimits | null = null;
  let learnedAtMs = 0;
  const peaks = new Map<LimitName, { sharers: number; atMs: number }>();
  const freeAt = new Map<string, number>();

  const rateNow = (names: readonly LimitName[]): Rate => {
    if (limits !== null) return rateOf(limits, names, clock.now().getTime());
    const limit = names.map((name) => unheard.limits[name]).find((known) => known !== undefined);
    return limit === undefined ? 'unlimited' : rateAt(limit, clock.now());
  };
  const shareOf = (link: Link): number => {
    const shares = gatesOf(link, workerId).map(({ name, general }) => {
      const rate = rateNow([name, general]);
      if (typeof rate === 'string') return rate === 'paused' ? 0 : Number.POSITIVE_INFINITY;
      return rate / (peaks.get(name)?.sharers ?? unheard.workers);
    });
    return Math.min(...shares);
  };

  return {
    knows: (revision: number): boolean => limits?.revision === revision && clock.monotonicMs() - learnedAtMs < relearnMs,
    learnLimits(published: PublishedLimits): void {
      limits = published;
      learnedAtMs = clock.monotonicMs();
    },
    /** `sharers` in the order of `gatesOf`. */
    learnSharers(link: Link, sharers: readonly number[]): void {
      const nowMs = clock.monotonicMs();
      for (const [i, { name }] of gatesOf(link, workerId).entries()) {
        const count = sharers[i] ?? 0;
        const peak = peaks.get(name);
        if (count > 0 && (peak === undefined || count >= peak.sharers || nowMs - peak.atMs > peakHoldsMs))
          peaks.set(name, { sharers: count, atMs: nowMs });
      }
    },
    /** A lease of Redis uses up this worker's own share too, so that changing over from one to the other never gives both. */
    learnLease(link: Link, { bytes, startMs }: Lease): void {
      const share = shareOf(link);
      if (share > 0) freeAt.set(keyOf(link), startMs + (bytes / share) * 1000);
    },
    /** At most `wantBytes`, and not before `notBeforeMs`. */
    grant(link: Link, wantBytes: number, notBeforeMs = Number.NEGATIVE_INFINITY): LeaseAnswer {
      const share = shareOf(link);
      if (share === 0) return { kind: 'wait', paused: true, retryAfterMs: pauseRetryMs };
      if (share === Number.POSITIVE_INFINITY) return { kind: 'unlimited' };
      const key = keyOf(link);
      const quantumBytes = Math.max(wholeKib(Math.floor, (share * roundMs) / 2000), kib);
      const bytes = Math.min(Math.max(wholeKib(Math.ceil, wantBytes), kib), quantumBytes);
      const startMs = Math.max(freeAt.get(key) ?? 0, clock.monotonicMs() - graceMs, notBeforeMs);
      const durationMs = (bytes / share) * 1000;
      freeAt.set(key, startMs + durationMs);
      return { kind: 'lease', bytes, startMs, durationMs, quantumBytes };
    },
  };
}
export type LastKnown = ReturnType<typeof createLastKnown>;
