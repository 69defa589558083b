import type { PermissionRule } from '../permission-rule.ts';
import { findPlace, purposeWords, zoneOf } from '../zone.ts';

export const residencyForbidden: PermissionRule = {
  rule: 'residency-forbidden',
  liftedByException: true,
  explain: ({ prepared, instance, region, purpose }) => {
    for (const policy of prepared.residencyOf.get(instance.dataClass) ?? []) {
      const place = findPlace(region, zoneOf(policy, purpose).forbid);
      if (place !== undefined) return `residency policy ${policy.id} forbids ${purposeWords[purpose]} of ${instance.dataClass} in ${place}`;
    }
    return null;
  },
  wayOut: ({ instance }, regions) =>
    `let residency no longer forbid ${regions.join(', ')} for ${instance.dataClass}, or grant an exception with a reason and an end`,
};
