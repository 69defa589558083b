import type { HeldPoint } from '@cbcr/domain';
import type { CopyVerdict } from './copy-verdict.ts';

const soonestMs = 60_000;
const latestMs = 24 * 3_600_000;

/**
 * When the copies must be judged again if nothing happens: when the next one expires or the next point from the future arrives, not at once, and at
 * the latest in a day.
 */
export function nextReviewAt(verdicts: readonly CopyVerdict[], points: readonly HeldPoint[], now: Date): Date {
  const nowMs = now.getTime();
  let nextMs = nowMs + latestMs;
  const consider = (ms: number) => {
    if (ms > nowMs && ms < nextMs) nextMs = ms;
  };
  for (const { expiresAt } of verdicts) if (expiresAt !== null) consider(expiresAt.getTime());
  for (const { capturedAtMs } of points) consider(capturedAtMs);
  return new Date(Math.max(nextMs, nowMs + soonestMs));
}
