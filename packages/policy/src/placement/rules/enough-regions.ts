import { speakerOf } from '../../residency/permission-rule.ts';
import { findWaysOut } from '../find-objections.ts';
import type { DemandRule } from '../placement-rule.ts';

/** About the secondaries; a home that cannot hold the primary is a demand of its own. */
export const enoughRegions: DemandRule = {
  rule: 'too-few-regions',
  explain: (facts, placed) => {
    const { policy, suitable } = facts;
    const { copies } = policy.placement;
    const missing = copies - 1 - placed.filter(({ role }) => role === 'secondary').length;
    if (missing <= 0) return null;
    const found = suitable.length === 0 ? 'no region qualifies' : `only ${suitable.length} qualify: ${suitable.join(', ')}`;
    const ways = [
      ...findWaysOut(facts, suitable),
      `add ${count(missing, 'region')} that may hold the data and that the constraints admit`,
      'demand fewer copies',
    ];
    return `${speakerOf(policy, 'placement.copies')} demands ${count(copies, 'copy')}, ${found}; ${ways.join('; or ')}`;
  },
};

const plurals = { copy: 'copies', region: 'regions' } as const;
const count = (number: number, noun: keyof typeof plurals): string => `${number} ${number === 1 ? noun : plurals[noun]}`;
