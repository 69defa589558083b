import { type Control, cannotShow } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

export const bucketLocation: Control = {
  name: 'bucket-location',
  about: 'buckets really are where cbcr.yaml says that they are',
  severity: 'critical',
  settings: [],
  check: ({ groups, region: find, capabilities }) =>
    [...pointsByRegion(groups)].flatMap(([region, points]) => {
      const known = find(region);
      if (known === undefined) {
        return [
          cannotShow(`${region} is not among the regions, so nothing says where it should be`, `name ${region} in cbcr.yaml again`, region),
        ];
      }
      const probed = capabilities(region);
      if (probed === undefined) {
        return [cannotShow(`nobody has asked the store in ${region} where it is`, `let a worker of ${region} probe its store`, region)];
      }
      if (probed.location === null) {
        return [cannotShow(`the store in ${region} does not say where it is`, 'ask its operator for a written statement', region)];
      }
      const said = known.store['region'];
      if (typeof said !== 'string') {
        return [
          cannotShow(
            `the bucket of ${region} is in ${probed.location}, and cbcr.yaml does not say where it should be`,
            `name the store's region of ${region} in cbcr.yaml`,
            region,
          ),
        ];
      }
      if (said === probed.location) return [];
      return [
        {
          region,
          points,
          sinceMs: earliest(points, (point) => point.completedAtMs),
          evidence: `the bucket of ${region} is in ${probed.location}; cbcr.yaml says ${said}`,
          mend: `find out which is right; a bucket in the wrong place has to be replaced by one in ${said}`,
        },
      ];
    }),
};
