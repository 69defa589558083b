import { speakerOf } from '../../residency/permission-rule.ts';
import type { OrderingRule } from '../placement-rule.ts';

export const preferredSecondary: OrderingRule = {
  rule: 'preferred-secondary',
  role: 'secondary',
  claim: ({ policy }) => policy.placement.prefer,
  explain: ({ policy }, region) =>
    `${region} is choice ${policy.placement.prefer.indexOf(region) + 1} among the preferred secondaries of ${speakerOf(policy, 'placement.prefer')}`,
};
