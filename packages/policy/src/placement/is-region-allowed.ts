import type { Policy, Region } from '@cbcr/domain';
import type { Permission } from '../residency/may-use.ts';

/** Does this policy by itself admit this region? For checks of a file; everything that decides about data asks `mayUse`. */
export function isRegionAllowed(policy: Pick<Policy, 'id' | 'placement'>, region: Pick<Region, 'id' | 'jurisdictions'>): Permission {
  const { jurisdictions } = policy.placement;
  if (jurisdictions === undefined) {
    return { allowed: true, reason: { rule: 'not-restricted', text: `policy ${policy.id} restricts no jurisdiction` } };
  }
  const shared = region.jurisdictions.filter((jurisdiction) => jurisdictions.includes(jurisdiction));
  const lies = `${region.id} lies in`;
  return shared.length > 0
    ? { allowed: true, reason: { rule: 'jurisdiction-allowed', text: `${lies} ${shared.join(', ')}, which policy ${policy.id} allows` } }
    : {
        allowed: false,
        reason: {
          rule: 'jurisdiction-forbidden',
          text: `${lies} ${region.jurisdictions.join(', ')}; policy ${policy.id} allows only ${jurisdictions.join(', ')}`,
        },
      };
}
