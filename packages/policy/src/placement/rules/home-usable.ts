import type { DemandRule } from '../placement-rule.ts';

export const homeUsable: DemandRule = {
  rule: 'home-unusable',
  explain: ({ instance, policy, regions, allowed }) => {
    if (allowed.includes(instance.home)) return null;
    const home = regions.get(instance.home);
    if (!home)
      return `the home region ${instance.home} of ${instance.id} is not known; add it to the regions, or give the instance another home`;
    return (
      `the home region ${home.id} of ${instance.id} lies in ${home.jurisdictions.join(', ')}, which policy ${policy.id} does not allow; ` +
      `allow one of these jurisdictions, or move the instance to a home in ${(policy.placement.jurisdictions ?? []).join(', ')}`
    );
  },
};
