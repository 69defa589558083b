import type { LockMode, Policy } from '@cbcr/domain';

/** Until when the store itself shall let nobody remove a copy. */
export interface WantedLock {
  readonly mode: LockMode;
  readonly until: Date;
  /** What the policy wants. Later than `until` when the cap allows less at once: then the lock is extended as time goes by. */
  readonly wholeUntil: Date;
}

/**
 * The lock that the policy demands for what was captured at a moment: for `lock.for`, or else as long as the retention keeps it. Never further
 * into the future than the cap, because nobody could take back a lock that a mistake or an attacker has made too long. Null: none, or one that is over.
 */
export function wantedLock(
  { lock, retention }: Pick<Policy, 'lock' | 'retention'>,
  capturedAtMs: number,
  now: Date,
  longestMs: number,
): WantedLock | null {
  const length = lock?.for ?? retention?.keepFor ?? retention?.minimum;
  if (lock === undefined || length === undefined) return null;
  const wholeMs = capturedAtMs + length.ms;
  const cappedMs = now.getTime() + longestMs;
  if (wholeMs <= now.getTime()) return null;
  return { mode: lock.mode, until: new Date(Math.min(wholeMs, cappedMs)), wholeUntil: new Date(wholeMs) };
}
