import type { Policy, Reason } from '@cbcr/domain';
import { type PlaceableRegion, reasonOf } from './placement-rule.ts';
import { exclusionRules } from './placement-rules.ts';

/** An answer and the rule behind it. */
export interface Permission {
  allowed: boolean;
  reason: Reason;
}

/**
 * May data under this policy lie in this region? Asked when copies are placed, by workers again before the first byte and before the
 * manifest, and for the region of a restore. Region health never changes the answer: an outage does not widen the allowed set.
 */
export function isRegionAllowed(policy: Pick<Policy, 'id' | 'placement'>, region: PlaceableRegion): Permission {
  for (const rule of exclusionRules) {
    const objection = rule.explain(policy, region);
    if (objection !== null) return { allowed: false, reason: reasonOf(rule, objection) };
  }
  const { jurisdictions } = policy.placement;
  if (jurisdictions === undefined) {
    return { allowed: true, reason: { rule: 'unrestricted', text: `policy ${policy.id} restricts no jurisdiction` } };
  }
  const shared = region.jurisdictions.filter((jurisdiction) => jurisdictions.includes(jurisdiction));
  return {
    allowed: true,
    reason: { rule: 'jurisdiction-allowed', text: `${region.id} lies in ${shared.join(', ')}, which policy ${policy.id} allows` },
  };
}
