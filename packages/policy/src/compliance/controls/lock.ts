import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

export const lock: Control = {
  name: 'lock',
  about: 'copies are locked in their store: nobody can change or remove them before a date',
  severity: 'critical',
  settings: [],
  check: ({ groups, capabilities }) =>
    [...pointsByRegion(groups, isWhole)].map(([region, points]) => {
      const probed = capabilities(region);
      if (probed === undefined) {
        return cannotShow(
          `nobody has tried whether the store in ${region} can lock objects`,
          `let a worker of ${region} probe its store`,
          region,
        );
      }
      if (probed.objectLock) {
        return cannotShow(
          `the store in ${region} can lock objects, but this control does not look at until when each copy is locked`,
          'see until when each copy of a point is locked: cbcr points show POINT',
          region,
        );
      }
      return {
        region,
        points,
        sinceMs: earliest(points, (point) => point.completedAtMs),
        evidence: `the store in ${region} cannot lock objects, and ${countPoints(points.length)} lie there`,
        mend: `use a bucket with object lock for ${region}, or demand the capability objectLock in the policy so that copies go elsewhere`,
      };
    }),
};
