import type { ExclusionRule } from '../placement-rule.ts';

export const jurisdictionForbidden: ExclusionRule = {
  rule: 'jurisdiction-forbidden',
  explain: (policy, region) => {
    const allowed = policy.placement.jurisdictions;
    if (allowed === undefined || region.jurisdictions.some((jurisdiction) => allowed.includes(jurisdiction))) return null;
    return `${region.id} lies in ${region.jurisdictions.join(', ')}; policy ${policy.id} allows only ${allowed.join(', ')}`;
  },
};
