import { objectionsTo } from '../find-objections.ts';
import type { DemandRule } from '../placement-rule.ts';

export const homeUsable: DemandRule = {
  rule: 'home-unusable',
  explain: (facts) => {
    const { instance, home, suitable } = facts;
    if (suitable.includes(instance.home)) return null;
    if (home === undefined)
      return `the home region ${instance.home} of ${instance.id} is not known; add it to the regions, or give the instance another home`;
    const objections = objectionsTo(facts, home);
    const ways = objections.map(({ wayOut }) => wayOut(facts, [home.region.id])).join(' and ');
    return (
      `the home region ${home.region.id} of ${instance.id} cannot hold its copy: ${objections.map(({ text }) => text).join('; ')}; ` +
      `${ways}, or move the instance to another home`
    );
  },
};
