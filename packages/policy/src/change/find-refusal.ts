import type { Reason, RegionId } from '@cbcr/domain';
import { decide } from '../situation/decide.ts';
import type { Decision, PlannedInstance, Situation } from '../situation/situation.ts';

/** One instance before and after a change. */
export interface ChangedInstance {
  /** Asked only when the answer matters; null for an instance that is new. */
  before: () => Decision | null | undefined;
  after: Decision;
  /** Where its newest restorable point has verified copies: copies that exist and were read back, not those that are scheduled. */
  verifiedIn: readonly RegionId[];
}

/** Why a change is refused. */
export interface Refusal extends Reason {
  /** Whether somebody may want it all the same, for a reason. */
  canForce: boolean;
}

/**
 * The one judge of changes, of what is planned and of what is applied: a change is refused when it would leave an instance without a policy, without a
 * legal copy, without a region in which copies may be, or with a lock that locks nothing. What was so before is no fault of the change, except that nothing is ever without a policy.
 */
export function findRefusal({ before, after, verifiedIn }: ChangedInstance): Refusal | null {
  const { instance, placement } = after;
  if (!after.hasPolicy && instance.retired !== true) {
    return { rule: 'no-policy', text: `no policy would apply to ${instance.id}`, canForce: false };
  }
  const holdsLegally = (decision: Decision) => verifiedIn.some((region) => decision.mayHold(region).allowed);
  if (verifiedIn.length > 0 && !holdsLegally(after)) {
    const old = before();
    if (old && holdsLegally(old)) {
      const text = `it would leave no legal copy of ${instance.id} (verified copies in ${verifiedIn.join(', ')})`;
      return { rule: 'no-legal-copy', text, canForce: true };
    }
  }
  if (placement.placed.length === 0 && (before()?.placement.placed.length ?? 0) > 0) {
    return { rule: 'no-legal-region', text: `no region would be left in which a copy of ${instance.id} may be`, canForce: true };
  }
  if (after.unboundedLocks.length > 0) {
    const known = before()?.unboundedLocks ?? [];
    const fresh = after.unboundedLocks.filter((region) => !known.includes(region));
    const text = `nothing would say how long copies of ${instance.id} in ${fresh.join(', ')} are locked, and nothing would be`;
    if (fresh.length > 0) return { rule: 'lock-without-length', text, canForce: false };
  }
  return null;
}

/** As {@link findRefusal}, for many instances. An instance that is new has no `before`. */
export function findRefusals(
  before: Situation,
  after: Situation,
  changed: Iterable<{ before: PlannedInstance | null; after: PlannedInstance; verifiedIn: readonly RegionId[] }>,
): { instance: PlannedInstance['id']; reason: Refusal }[] {
  return Array.from(changed).flatMap(({ before: old, after: fresh, verifiedIn }) => {
    const reason = findRefusal({ before: () => old && decide(before, old), after: decide(after, fresh), verifiedIn });
    return reason === null ? [] : [{ instance: fresh.id, reason }];
  });
}
