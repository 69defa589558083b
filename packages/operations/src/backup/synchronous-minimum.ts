import { CbcrError } from '@cbcr/domain';
import type { DecisionFacts } from '../decision-facts.ts';

/**
 * A capture begins, goes on and ends with at least so many regions: below the policy's minimum it would only look like a backup. A placement
 * that has fewer regions than the minimum asks for all of them.
 */
export function synchronousMinimumOf({ policy, placement }: Pick<DecisionFacts, 'policy' | 'placement'>): number {
  return Math.max(1, Math.min(policy.placement.synchronousMinimum, placement.placed.length));
}

/** Throws `placement.none-reachable`, which the run waits out, when `regions` are too few. */
export function requireSynchronousMinimum(facts: DecisionFacts, regions: number): void {
  if (regions < synchronousMinimumOf(facts)) throw new CbcrError('placement.none-reachable', { instance: facts.instance.id });
}
