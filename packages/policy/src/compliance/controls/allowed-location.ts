import { countPoints } from '../../holdings/describe-holdings.ts';
import type { Control } from '../control.ts';
import { copyIn, earliest, pointsByRegion } from '../legal-copies.ts';

export const allowedLocation: Control = {
  name: 'allowed-location',
  about: 'bytes of copies lie only where the data class and the policy allow them',
  severity: 'critical',
  settings: [],
  check: ({ groups, mayHold }) =>
    [...pointsByRegion(groups)].flatMap(([region, points]) => {
      const { allowed, reason } = mayHold(region);
      if (allowed) return [];
      return [
        {
          region,
          points,
          sinceMs: earliest(points, (point) => copyIn(point, region)?.sinceMs),
          evidence: `bytes of ${countPoints(points.length)} lie in ${region}: ${reason.text}`,
          mend: 'they are removed once copies in allowed regions are verified; a residency exception with a reason would allow them for a time',
        },
      ];
    }),
};
