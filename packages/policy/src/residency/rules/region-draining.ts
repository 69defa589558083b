import type { PermissionRule } from '../permission-rule.ts';

/** Copies that are there stay, count and are read. A restore is a person's decision, so it may still go there. */
export const regionDraining: PermissionRule = {
  rule: 'region-draining',
  liftedByException: false,
  explain: ({ region: { region }, purpose, existing }) =>
    region.status === 'draining' && !existing && (purpose === 'data' || purpose === 'drill')
      ? `${region.id} is draining: copies that are there stay, new ones go elsewhere`
      : null,
  wayOut: (_, regions) => `set ${regions.join(', ')} active again`,
};
