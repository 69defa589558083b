import type { Reason, RegionId } from '@cbcr/domain';
import { mayUse } from '@cbcr/policy';
import { type DecisionFacts, regionOf } from './decision-facts.ts';

export interface UsedException {
  /** Its id. */
  exception: string;
  region: RegionId;
  reason: Reason;
}

/** The residency exceptions without which data of the instance could not be in these regions: in all placed ones, unless others are named. */
export function findUsedExceptions(facts: DecisionFacts, regions = facts.placement.placed.map(({ region }) => region)): UsedException[] {
  const { rulebook, instance, policy, now } = facts;
  return regions.flatMap((id) => {
    const { exception, reason } = mayUse({ rulebook, instance, policy, region: regionOf(facts, id), purpose: 'data', now });
    return exception === undefined ? [] : [{ exception, region: id, reason }];
  });
}
