import type { PermissionRule } from '../permission-rule.ts';

export const regionDisabled: PermissionRule = {
  rule: 'region-disabled',
  liftedByException: false,
  explain: ({ region: { region } }) => (region.status === 'disabled' ? `${region.id} is disabled` : null),
  wayOut: (_, regions) => `set ${regions.join(', ')} active`,
};
