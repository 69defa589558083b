import type { PermissionRule } from '../permission-rule.ts';

/** Copies in a region that somebody took out of the file stay and are read; nothing new goes there. */
export const regionNotListed: PermissionRule = {
  rule: 'region-not-listed',
  liftedByException: false,
  explain: ({ region: { region, listed }, existing }) =>
    listed || existing ? null : `${region.id} is no longer among the configured regions`,
  wayOut: (_, regions) => `add ${regions.join(', ')} to the regions`,
};
