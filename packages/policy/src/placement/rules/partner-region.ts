import type { OrderingRule } from '../placement-rule.ts';

export const partnerRegion: OrderingRule = {
  rule: 'partner-region',
  role: 'secondary',
  claim: ({ home }) => home?.region.partners ?? [],
  explain: ({ home, instance }, region) =>
    `${region} is choice ${(home?.region.partners.indexOf(region) ?? 0) + 1} among the partners of the home region ${instance.home}`,
};
