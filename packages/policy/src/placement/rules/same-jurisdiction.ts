import type { ExclusionRule } from '../placement-rule.ts';

/** Compares the innermost jurisdictions: two countries of one union are different. */
export const sameJurisdiction: ExclusionRule = {
  rule: 'same-jurisdiction',
  explain: ({ policy, home, instance }, { region, innermost }) => {
    if (policy.placement.constraints?.sameJurisdiction !== true || region.id === instance.home) return null;
    if (home === undefined) return `whether ${region.id} lies in the jurisdiction of ${instance.home} is not known`;
    if (innermost.some((one) => home.innermost.includes(one))) return null;
    return `${region.id} lies in ${innermost.join(', ')}; the jurisdiction of ${instance.home} is demanded: ${home.innermost.join(', ')}`;
  },
  wayOut: (_, regions) => `drop sameJurisdiction, which admits ${regions.join(', ')}`,
};
