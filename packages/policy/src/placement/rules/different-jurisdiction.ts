import type { ExclusionRule } from '../placement-rule.ts';

/** Compares the innermost jurisdictions: two countries of one union are different. */
export const differentJurisdiction: ExclusionRule = {
  rule: 'different-jurisdiction',
  explain: ({ policy, home, instance }, { region, innermost }) => {
    if (policy.placement.constraints?.differentJurisdiction !== true || region.id === instance.home) return null;
    if (home === undefined) return `whether ${region.id} lies in another jurisdiction than ${instance.home} is not known`;
    const shared = innermost.filter((one) => home.innermost.includes(one));
    return shared.length === 0 ? null : `${region.id} lies in ${shared.join(', ')} like ${instance.home}; another jurisdiction is demanded`;
  },
  wayOut: (_, regions) => `drop differentJurisdiction, which admits ${regions.join(', ')}`,
};
