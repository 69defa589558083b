import type { RegionId } from '@cbcr/domain';
import { countPoints, listRegions } from '../../holdings/describe-holdings.ts';
import { distanceKm } from '../../topology/distance.ts';
import { type Control, type ControlFacts, cannotShow, type Observation } from '../control.ts';
import { completeGroups, findLegalVerified } from '../legal-copies.ts';

export const minimumDistance: Control = {
  name: 'minimum-distance',
  about: 'two verified copies of every point are so far apart that one disaster does not reach both',
  severity: 'major',
  settings: ['distanceKm'],
  check(facts, settings) {
    const demanded = Math.max(settings.distanceKm ?? 0, facts.policy.placement.constraints?.minimumDistanceKm ?? 0);
    if (demanded === 0) return [cannotShow('no distance is demanded', 'set distanceKm of the control, or minimumDistanceKm of the policy')];
    return completeGroups(facts.groups).flatMap((group): Observation[] => {
      const regions = findLegalVerified(group, facts);
      const { km, unknown } = spread(regions, facts);
      if (km >= demanded) return [];
      const found = { region: null, points: group.points, sinceMs: group.points.at(-1)?.completedAtMs ?? null };
      if (unknown.length > 0 && regions.length > 1) {
        return [
          {
            ...found,
            severity: 'unproven',
            evidence: `cannot be shown: ${listRegions(unknown)} has no coordinates, so ${countPoints(group.points.length)} cannot be judged`,
            mend: `give the coordinates of ${listRegions(unknown)} in cbcr.yaml`,
          },
        ];
      }
      const text = regions.length < 2 ? `verified in ${listRegions(regions)} alone` : `at most ${Math.round(km)} km apart`;
      return [
        {
          ...found,
          evidence: `the copies of ${countPoints(group.points.length)} are ${text}; ${demanded} km are demanded`,
          mend: `demand a copy in a region at least ${demanded} km away (minimumDistanceKm of the policy)`,
        },
      ];
    });
  },
};

/** The greatest distance between two of the regions, as far as it is known. */
function spread(regions: readonly RegionId[], { region: find }: ControlFacts): { km: number; unknown: RegionId[] } {
  const places = regions.map((id) => find(id)?.coordinates);
  let km = 0;
  for (const [index, from] of places.entries()) {
    for (const to of places.slice(index + 1)) {
      if (from !== undefined && to !== undefined) km = Math.max(km, distanceKm(from, to));
    }
  }
  return { km, unknown: regions.filter((_region, index) => places[index] === undefined) };
}
