import { type PermissionRule, restrictionsOf } from '../permission-rule.ts';

/** What the policies of the instance confine its data to. A key is not data; only residency speaks of keys. */
export const jurisdictionForbidden: PermissionRule = {
  rule: 'jurisdiction-forbidden',
  liftedByException: true,
  explain: ({ policy, region: { region, liesIn }, purpose }) => {
    if (purpose === 'key') return null;
    const broken = restrictionsOf(policy).find(({ jurisdictions }) => !jurisdictions.some((one) => liesIn.has(one)));
    if (broken === undefined) return null;
    return `${region.id} lies in ${[...liesIn].join(', ')}; policy ${broken.policy} allows only ${broken.jurisdictions.join(', ')}`;
  },
  wayOut: (_, regions) => `allow a jurisdiction of ${regions.join(', ')}`,
};
