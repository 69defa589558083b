import type { CopyRole, Instance, Placement, Policy, Reason, RegionId } from '@cbcr/domain';
import { isRegionAllowed } from './is-region-allowed.ts';
import { type PlaceableRegion, type PlacementFacts, reasonOf } from './placement-rule.ts';
import { demandRules, orderingRules } from './placement-rules.ts';

export interface PlacementInput {
  instance: Pick<Instance, 'id' | 'home'>;
  policy: Pick<Policy, 'id' | 'placement'>;
  /** Every known region, each id once, in any order. */
  regions: readonly PlaceableRegion[];
}

/**
 * Decides where the copies of one instance must live: the home region is the primary, then `copies - 1` secondaries by preference and by
 * name. Regions outside the allowed set are never placed, not even when demands stay unmet. When the home itself may not hold a copy its
 * place stays empty; no secondary moves up, so that a corrected policy moves no data.
 * The same input gives the same answer whatever the order of the regions, and a region that is not allowed changes nothing in `placed`.
 */
export function getStorageRegions({ instance, policy, regions }: PlacementInput): Placement {
  const known = [...regions].sort((a, b) => (a.id < b.id ? -1 : 1));
  const allowed: RegionId[] = [];
  const excluded: Placement['excluded'] = [];
  for (const region of known) {
    const permission = isRegionAllowed(policy, region);
    if (permission.allowed) allowed.push(region.id);
    else excluded.push({ region: region.id, reason: permission.reason });
  }

  const facts: PlacementFacts = { instance, policy, allowed, regions: new Map(known.map((region) => [region.id, region])) };
  const room: Record<CopyRole, number> = { primary: 1, secondary: policy.placement.copies - 1 };
  const placed: Placement['placed'] = [];
  const spares: Placement['spares'] = [];
  for (const candidate of orderCandidates(facts)) {
    if (room[candidate.role] > 0) {
      room[candidate.role] -= 1;
      placed.push(candidate);
    } else {
      spares.push({ region: candidate.region, reason: explainSpare(facts, candidate.reason) });
    }
  }

  const unmet = demandRules.flatMap((rule) => {
    const missing = rule.explain(facts, placed);
    return missing === null ? [] : [reasonOf(rule, missing)];
  });
  return { instance: instance.id, placed, spares, excluded, unmet };
}

/** Every allowed region once, in the order in which it would be taken. */
function orderCandidates(facts: PlacementFacts): Placement['placed'] {
  const waiting = new Set(facts.allowed);
  return orderingRules.flatMap((rule) =>
    rule.claim(facts).flatMap((region) => {
      if (!waiting.delete(region)) return [];
      return [{ region, role: rule.role, reason: reasonOf(rule, rule.explain(facts, region)) }];
    }),
  );
}

const explainSpare = ({ policy }: PlacementFacts, candidacy: Reason): Reason => ({
  rule: 'allowed-not-needed',
  text: `policy ${policy.id} demands ${policy.placement.copies} ${policy.placement.copies === 1 ? 'copy' : 'copies'}, which others hold; ${candidacy.text}`,
});
