import type { OrderingRule } from '../placement-rule.ts';

export const nextByName: OrderingRule = {
  rule: 'next-by-name',
  role: 'secondary',
  claim: ({ allowed }) => allowed,
  explain: ({ policy }, region) =>
    `policy ${policy.id} allows ${region} and does not prefer it; such regions follow in the order of their names`,
};
