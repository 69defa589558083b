import { speakerOf } from '../../residency/permission-rule.ts';
import { findWaysOut } from '../find-objections.ts';
import type { DemandRule } from '../placement-rule.ts';

/** Too few spares leave every demanded copy in its place, so this demand says nothing about protection. */
export const tooFewSpares = 'too-few-spares';

export const enoughSpares: DemandRule = {
  rule: tooFewSpares,
  explain: (facts, placed) => {
    const { policy, suitable } = facts;
    const { spares } = policy.placement;
    const found = suitable.filter((region) => !placed.some((place) => place.region === region)).length;
    if (spares === undefined || found >= spares) return null;
    const ways = [...findWaysOut(facts, suitable), 'add a region', 'demand fewer spares'];
    return `${speakerOf(policy, 'placement.spares')} demands ${spares} ${spares === 1 ? 'spare' : 'spares'}, found ${found}; ${ways.join('; or ')}`;
  },
};
