import { orderByAffinity } from '../affinity.ts';
import type { OrderingRule } from '../placement-rule.ts';

export const nextByAffinity: OrderingRule = {
  rule: 'next-by-affinity',
  role: 'secondary',
  claim: ({ instance, suitable }) => orderByAffinity(instance.id, suitable),
  explain: ({ instance }, region) =>
    `${region} is allowed and nothing prefers it; such regions follow in an order of ${instance.id}'s own, so that instances spread evenly`,
};
