import type { RegionId } from '@cbcr/domain';
import type { PreparedRegion } from '../../rulebook/prepare-rulebook.ts';
import { distanceKm } from '../../topology/distance.ts';
import type { ExclusionRule } from '../placement-rule.ts';

/** A distance that is not known satisfies no demand. */
export const minimumDistance: ExclusionRule = {
  rule: 'minimum-distance',
  explain: ({ policy, home, instance }, { region }) => {
    const minimumKm = policy.placement.constraints?.minimumDistanceKm;
    if (minimumKm === undefined || region.id === instance.home) return null;
    if (region.coordinates === undefined) return `how far ${region.id} is from ${instance.home} is not known: it has no coordinates`;
    const km = kmBetween(home, region);
    if (km === null) return `how far ${region.id} is from ${instance.home} is not known: the home has no coordinates`;
    return km < minimumKm ? `${region.id} is ${Math.floor(km)} km from ${instance.home}; at least ${minimumKm} km are demanded` : null;
  },
  wayOut: ({ policy, prepared, home, instance }, regions) => {
    const measured = regions.map((id) => ({ id, km: kmBetween(home, prepared.regions.get(id)?.region) }));
    const unknown = [
      ...(home !== undefined && home.region.coordinates === undefined ? [instance.home] : []),
      ...regions.filter((id) => prepared.regions.get(id)?.region.coordinates === undefined),
    ];
    const [farthest] = measured
      .flatMap(({ id, km }) => (km === null ? [] : [{ id, km }]))
      .sort((a, b) => b.km - a.km || compare(a.id, b.id));
    const ways = [
      farthest &&
        `lower minimumDistanceKm from ${policy.placement.constraints?.minimumDistanceKm} to ${Math.floor(farthest.km)}, which admits ${farthest.id}`,
      unknown.length > 0 && `give coordinates to ${unknown.join(', ')}`,
    ];
    return ways.filter((way) => way !== undefined && way !== false).join(', or ');
  },
};

const compare = (a: RegionId, b: RegionId): number => (a < b ? -1 : 1);

function kmBetween(home: PreparedRegion | undefined, region: PreparedRegion['region'] | undefined): number | null {
  const from = home?.region.coordinates;
  const to = region?.coordinates;
  return from === undefined || to === undefined ? null : distanceKm(from, to);
}
