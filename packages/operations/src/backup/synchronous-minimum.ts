import { CbcrError, type Reason, type RegionId } from '@cbcr/domain';
import type { DecisionFacts } from '../decision-facts.ts';

/**
 * A capture begins, goes on and ends with at least so many regions: below the policy's minimum it would only look like a backup. A placement
 * that has fewer regions than the minimum asks for all of them.
 */
export function synchronousMinimumOf({ policy, placement }: Pick<DecisionFacts, 'policy' | 'placement'>): number {
  return Math.max(1, Math.min(policy.placement.synchronousMinimum, placement.placed.length));
}

/** Throws `placement.none-reachable`, which the run waits out, when `regions` are too few; it says what became of the `missing` ones. */
export function requireSynchronousMinimum(
  facts: DecisionFacts,
  regions: number,
  missing: readonly { region: RegionId; reason: Reason | null }[],
): void {
  if (regions >= synchronousMinimumOf(facts)) return;
  const told = missing.flatMap(({ region, reason }) => (reason === null ? [] : [`${region}: ${reason.text.replace(/\.$/, '')}`]));
  const cause = told.join('; ') || 'the placement has no region';
  throw new CbcrError('placement.none-reachable', { instance: facts.instance.id, cause });
}
