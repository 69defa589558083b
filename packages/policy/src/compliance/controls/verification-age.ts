import { describeDuration } from '../../health/describe-duration.ts';
import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow } from '../control.ts';
import { completeGroups, copyIn, earliest, pointsByRegion } from '../legal-copies.ts';
import { shorter } from '../stricter.ts';

export const verificationAge: Control = {
  name: 'verification-age',
  about: 'every copy was read back and found right not too long ago',
  severity: 'major',
  settings: ['within'],
  check({ groups, policy, now }, settings) {
    const within = shorter(policy.verifyEvery, settings.within);
    if (within === undefined) return [cannotShow('nothing says how often', 'set verifyEvery of the policy, or within of the control')];
    const limit = now.getTime() - within.ms;
    return [...pointsByRegion(completeGroups(groups), isWhole)].flatMap(([region, held]) => {
      // A copy that was never verified counts from the moment when it was stored.
      const checkedAt = (point: (typeof held)[number]) => {
        const copy = copyIn(point, region);
        return copy?.verifiedAtMs ?? copy?.sinceMs ?? 0;
      };
      const points = held.filter((point) => checkedAt(point) < limit);
      const oldest = earliest(points, checkedAt);
      if (oldest === null) return [];
      return [
        {
          region,
          points,
          sinceMs: oldest + within.ms,
          evidence: `copies of ${countPoints(points.length)} in ${region} were last read ${describeDuration(now.getTime() - oldest)} ago or less; ${within.text} are promised`,
          mend: `verify them: cbcr verify POINT --region ${region}`,
        },
      ];
    });
  },
};
