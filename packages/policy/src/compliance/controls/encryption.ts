import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

export const encryption: Control = {
  name: 'encryption',
  about: 'copies are encrypted, under a key of their region',
  severity: 'critical',
  settings: [],
  check: ({ groups, policy, region: find }) =>
    [...pointsByRegion(groups, isWhole)].map(([region, points]) => {
      if (find(region) === undefined) {
        return cannotShow(
          `${region} is not among the regions, so nothing is known of its key`,
          `name ${region} in cbcr.yaml again`,
          region,
        );
      }
      const key = policy.encryption?.keys?.[region] ?? find(region)?.keyId;
      if (key !== undefined) {
        return cannotShow(
          `copies in ${region} are to be encrypted under the key ${key}, but under which key each was written stands in its manifest alone`,
          `read the manifest of a point in ${region}: it lists its key ids`,
          region,
        );
      }
      return {
        region,
        points,
        sinceMs: earliest(points, (point) => point.completedAtMs),
        evidence: `${region} has no key, and ${countPoints(points.length)} lie there`,
        mend: `give ${region} a keyId, or the policy a key for it; points that are captured from then on are encrypted`,
      };
    }),
};
