import { speakerOf } from '../../residency/permission-rule.ts';
import type { DemandRule } from '../placement-rule.ts';

export const synchronousMinimum: DemandRule = {
  rule: 'synchronous-minimum',
  explain: ({ policy }, placed) => {
    const minimum = policy.placement.synchronousMinimum;
    if (minimum <= placed.length) return null;
    return (
      `${speakerOf(policy, 'placement.synchronousMinimum')} calls a point available at ${minimum} verified ${minimum === 1 ? 'copy' : 'copies'}, but only ${placed.length} can be placed; ` +
      'lower synchronousMinimum, or make room for more copies'
    );
  },
};
