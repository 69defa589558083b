import type { Placement } from '@cbcr/domain';
import type { DecidingPolicy } from '../residency/permission-rule.ts';
import type { PreparedRegion, PreparedRulebook } from '../rulebook/prepare-rulebook.ts';
import { distanceKm } from '../topology/distance.ts';

/**
 * Secondaries that are no farther apart than a constraint demands of each and the home: `eu-west and uk-south are 463 km apart`. Nothing is broken by
 * that, since constraints compare with the home alone; somebody who wrote one may think that they do more.
 */
export function findNearPairs(prepared: PreparedRulebook, policy: DecidingPolicy, { placed }: Placement): string[] {
  const secondaries = placed.flatMap(({ region, role }) => (role === 'secondary' ? (prepared.regions.get(region) ?? []) : []));
  return secondaries.flatMap((one, index) =>
    secondaries.slice(index + 1).flatMap((other) => {
      const near = whatIsNear(policy, one, other);
      return near.length === 0 ? [] : [`${one.region.id} and ${other.region.id} are ${near.join(' and ')}`];
    }),
  );
}

function whatIsNear({ placement }: DecidingPolicy, one: PreparedRegion, other: PreparedRegion): string[] {
  const { minimumDistanceKm = 0, differentJurisdiction, differentProvider } = placement.constraints ?? {};
  const [from, to] = [one.region.coordinates, other.region.coordinates];
  const km = from && to ? distanceKm(from, to) : Number.POSITIVE_INFINITY;
  const shared = one.innermost.filter((jurisdiction) => other.innermost.includes(jurisdiction));
  const { provider } = one.region;
  return [
    km < minimumDistanceKm && `${Math.floor(km)} km apart`,
    differentJurisdiction === true && shared.length > 0 && `both in ${shared.join(', ')}`,
    differentProvider === true && provider !== undefined && provider === other.region.provider && `both at ${provider}`,
  ].filter((text) => text !== false);
}
