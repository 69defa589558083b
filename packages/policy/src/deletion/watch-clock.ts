import type { Reason } from '@cbcr/domain';
import { describeDuration } from '../health/describe-duration.ts';

/** What is remembered of the time, also by the next scheduler. */
export interface SeenTime {
  lastSeenAt: Date;
  doubt: Reason | null;
}

/** The catalog's time and that of a clock which nobody sets, read in the same moment. */
export interface TimeReading {
  now: Date;
  monotonicMs: number;
}

/**
 * Servers that take over from each other, and slow answers, differ by less; and no margin of a deletion is so short in earnest that a minute counts. It is what
 * all steps since the reading that is trusted may come to, not each of them: steps of a minute minus a second, one after the other, would be hours.
 */
const toleranceMs = 60_000;
/** Two clocks that nobody sets run apart no faster: clocks are slewed by this share at most, and crystals are ten times better. */
const driftShare = 0.000_5;
/** A control plane that slept longer lets a person say what time it is. */
const longestSleepMs = 24 * 3_600_000;
/** A scheduler looks every few seconds. */
const longestUnwatchedMs = 600_000;

/**
 * Whether the catalog's time went on as the monotonic clock did. `trusted` is a reading from before any doubt, of this process: the first one, so that small
 * steps add up, and the latest one, so that what clocks may differ by after weeks hides no jump; without one the moment
 * that the catalog remembers is all there is. A doubt is settled when the time is again what it should be.
 */
export function watchClock(seen: SeenTime | null, trusted: TimeReading | null, reading: TimeReading): SeenTime {
  const { now } = reading;
  if (trusted !== null) {
    const elapsedMs = reading.monotonicMs - trusted.monotonicMs;
    const jumpMs = now.getTime() - trusted.now.getTime() - elapsedMs;
    return { lastSeenAt: now, doubt: Math.abs(jumpMs) > toleranceMs + elapsedMs * driftShare ? describeJump(jumpMs) : null };
  }
  if (seen === null) return { lastSeenAt: now, doubt: null };
  if (seen.doubt !== null) return { lastSeenAt: now, doubt: seen.doubt };
  const gapMs = now.getTime() - seen.lastSeenAt.getTime();
  return { lastSeenAt: now, doubt: gapMs < -toleranceMs || gapMs > longestSleepMs ? describeJump(gapMs) : null };
}

const describeJump = (jumpMs: number): Reason => ({
  rule: 'clock-jumped',
  text: `the clock of the catalog jumped ${jumpMs > 0 ? 'ahead' : 'back'} by ${describeDuration(Math.abs(jumpMs))}; somebody must confirm that it is right`,
});

/** Why the time cannot be trusted now, as whoever deletes asks; null: it can. */
export function doubtTime(seen: SeenTime | null, now: Date): Reason | null {
  if (seen === null) return { rule: 'clock-unwatched', text: 'no scheduler has watched the time yet' };
  if (seen.doubt !== null) return seen.doubt;
  const gapMs = now.getTime() - seen.lastSeenAt.getTime();
  if (gapMs < -toleranceMs) return describeJump(gapMs);
  if (gapMs <= longestUnwatchedMs) return null;
  return { rule: 'clock-unwatched', text: `no scheduler has watched the time for ${describeDuration(gapMs)}` };
}
