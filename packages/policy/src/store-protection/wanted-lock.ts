import type { LockMode, Placement, RegionId, Rulebook } from '@cbcr/domain';
import { lockIn } from '../effective/lock-in.ts';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { capabilityMissing } from '../placement/rules/capability-missing.ts';
import { certainLengthOf, rulesOf } from '../retention/rules-of.ts';

/** The lock that copies of an instance in a region shall have. */
export interface DemandedLock {
  readonly mode: LockMode;
  /** From the capture; null: nothing says how long, so that nothing is locked. */
  readonly lengthMs: number | null;
}

/** Until when the store itself shall let nobody remove a copy. */
export interface WantedLock {
  readonly mode: LockMode;
  readonly until: Date;
  /** What the policy wants. Later than `until` when the cap allows less at once: then the lock is extended as time goes by. */
  readonly wholeUntil: Date;
}

/**
 * What is demanded of the copies of an instance, by region; null: no lock. As long as the lock itself says, and as long as the rules of retention for a copy
 * there are certain to keep it: those of its policies and those with names.
 */
export function locksOf(rulebook: Rulebook, instance: SelectableInstance): (region: RegionId) => DemandedLock | null {
  const { policy } = resolvePolicy(rulebook, instance);
  const rulesIn = rulesOf(rulebook, instance);
  return (region) => {
    const terms = lockIn(policy.lock, region);
    if (terms === null) return null;
    const kept = terms.whileKept ? certainLengthOf(rulesIn(region) ?? []) : null;
    const lengths = [terms.for?.ms, kept].flatMap((length) => length ?? []);
    return { mode: terms.mode, lengthMs: lengths.length === 0 ? null : Math.max(...lengths) };
  };
}

/** The regions in which copies of the instance may come to lie and shall be locked, and nothing says how long. Whether a store can lock may change. */
export function findUnboundedLocks(rulebook: Rulebook, instance: SelectableInstance, { placed, spares, excluded }: Placement): RegionId[] {
  const lockOf = locksOf(rulebook, instance);
  const unfit = excluded.filter(({ reason }) => reason.rule === capabilityMissing.rule);
  return [...placed, ...spares, ...unfit].map(({ region }) => region).filter((region) => lockOf(region)?.lengthMs === null);
}

/**
 * The lock for what was captured at a moment. Never further into the future than the cap, because nobody could take back a lock that a mistake or an attacker
 * has made too long. Null: none, or one that is over.
 */
export function wantedLock(demanded: DemandedLock | null, capturedAtMs: number, now: Date, longestMs: number): WantedLock | null {
  if (demanded === null || demanded.lengthMs === null) return null;
  const wholeMs = capturedAtMs + demanded.lengthMs;
  const cappedMs = now.getTime() + longestMs;
  if (wholeMs <= now.getTime()) return null;
  return { mode: demanded.mode, until: new Date(Math.min(wholeMs, cappedMs)), wholeUntil: new Date(wholeMs) };
}
