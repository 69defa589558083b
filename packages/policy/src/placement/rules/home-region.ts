import type { OrderingRule } from '../placement-rule.ts';

export const homeRegion: OrderingRule = {
  rule: 'home-region',
  role: 'primary',
  claim: ({ instance }) => [instance.home],
  explain: ({ instance }, region) => `${region} is the home region of ${instance.id}`,
};
