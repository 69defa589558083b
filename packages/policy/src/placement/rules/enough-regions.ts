import type { DemandRule } from '../placement-rule.ts';

export const enoughRegions: DemandRule = {
  rule: 'too-few-regions',
  explain: ({ policy, allowed }) => {
    const { copies, jurisdictions } = policy.placement;
    if (allowed.length >= copies) return null;
    const found = allowed.length === 0 ? 'no region is allowed' : `only ${allowed.length} allowed: ${allowed.join(', ')}`;
    const missing = copies - allowed.length;
    return (
      `policy ${policy.id} demands ${copies} ${copies === 1 ? 'copy' : 'copies'}, ${found}; ` +
      `add ${missing} ${missing === 1 ? 'region' : 'regions'} ${jurisdictions === undefined ? '' : `in ${jurisdictions.join(', ')}`}, allow another jurisdiction, or demand fewer copies`
    );
  },
};
