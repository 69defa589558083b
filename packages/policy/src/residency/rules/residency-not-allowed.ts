import type { PermissionRule } from '../permission-rule.ts';
import { findPlace, purposeWords, zoneOf } from '../zone.ts';

/** A class that a residency policy names is denied wherever no place of the policy's zone is; of several policies each must allow the region. */
export const residencyNotAllowed: PermissionRule = {
  rule: 'residency-not-allowed',
  liftedByException: true,
  explain: ({ prepared, instance, region, purpose }) => {
    for (const policy of prepared.residencyOf.get(instance.dataClass) ?? []) {
      const { allow } = zoneOf(policy, purpose);
      if (findPlace(region, allow) === undefined)
        return `${region.region.id} lies in ${[...region.liesIn].join(', ')}; residency policy ${policy.id} allows ${purposeWords[purpose]} of ${instance.dataClass} only in ${allow.join(', ')}`;
    }
    return null;
  },
  wayOut: ({ instance }, regions) =>
    `let residency allow ${regions.join(', ')} for ${instance.dataClass}, or grant an exception with a reason and an end`,
};
