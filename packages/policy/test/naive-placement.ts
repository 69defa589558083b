import type { Purpose, Region, RegionId, RulebookPolicy } from '@cbcr/domain';
import { orderByAffinity } from '../src/placement/affinity.ts';
import { distanceKm } from '../src/topology/distance.ts';
import type { World } from './random-worlds.ts';

/*
 * The rules of placement once more, written as the documents state them: slow, without reasons, and easy to check by reading. It shares with the product
 * only the distance and the order of affinity, which have tests of their own. The property tests compare the two.
 */

/** Specificity as one number: the written order, then the literal part of the pattern; null when the policy is not for the instance. */
function rank({ id, select }: RulebookPolicy, { instance }: World): number | null {
  if (id === instance.policy) return 9000;
  if (select === undefined) return null;
  const fits = (select.names ?? []).filter((name) => new RegExp(`^${name.replaceAll('*', '.*')}$`).test(instance.id));
  if (select.names && fits.length === 0) return null;
  if (select.dataClasses && !select.dataClasses.includes(instance.dataClass)) return null;
  if (select.engines && !select.engines.includes(instance.engine)) return null;
  if (select.homes && !select.homes.includes(instance.home)) return null;
  if (Object.entries(select.labels ?? {}).some(([label, value]) => instance.labels[label] !== value)) return null;
  if (select.names) return 5000 + Math.max(...fits.map((name) => name.replaceAll('*', '').length));
  if (select.labels) return 4000 + Object.keys(select.labels).length;
  return select.dataClasses ? 3000 : select.engines ? 2000 : select.homes ? 1000 : 0;
}

function applying(world: World): RulebookPolicy[] {
  return world.rulebook.policies
    .map((policy) => ({ policy, rank: rank(policy, world) }))
    .filter((entry) => entry.rank !== null)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0) || (a.policy.id < b.policy.id ? -1 : 1))
    .map(({ policy }) => policy);
}

/** The first policy that says it. */
const say = <Value>(world: World, read: (placement: RulebookPolicy['placement']) => Value | undefined): Value | undefined =>
  applying(world)
    .map(({ placement }) => read(placement))
    .find((value) => value !== undefined);

const regionOf = ({ rulebook }: World, id: string): Region | undefined => rulebook.regions.find((region) => region.id === id);

/** Whether a region lies in a place, which is a region or a jurisdiction. */
function lies({ rulebook }: World, region: Region, place: string): boolean {
  if (place === region.id) return true;
  const inside = (jurisdiction: string): boolean =>
    jurisdiction === place ||
    Object.entries(rulebook.jurisdictions).some(([group, { contains }]) => contains.includes(jurisdiction) && inside(group));
  return region.jurisdictions.some(inside);
}

function isDenied(world: World, region: Region, purpose: Purpose): boolean {
  const { rulebook, instance } = world;
  const zones = rulebook.residency
    .filter(({ dataClasses }) => dataClasses.includes(instance.dataClass))
    .map((policy) => ({ data: policy.data, key: policy.keys, restore: policy.restore, drill: policy.drill })[purpose] ?? policy.data);
  const isInside = (places: readonly string[]) => places.some((place) => lies(world, region, place));
  const restrictions =
    purpose === 'key' ? [] : applying(world).flatMap(({ placement }) => (placement.jurisdictions ? [placement.jurisdictions] : []));
  return zones.some(({ allow, forbid }) => !isInside(allow) || isInside(forbid)) || restrictions.some((places) => !isInside(places));
}

function hasException({ rulebook, instance, now }: World, region: Region, purpose: Purpose): boolean {
  return rulebook.exceptions.some((one) => {
    if (!one.instances && !one.dataClasses) return false;
    if (one.instances && !one.instances.includes(instance.id)) return false;
    if (one.dataClasses && !one.dataClasses.includes(instance.dataClass)) return false;
    return one.regions.includes(region.id) && one.purposes.includes(purpose) && one.expires.getTime() > now.getTime();
  });
}

/** A copy that is there may stay. */
export function mayStayNaively(world: World, id: RegionId, purpose: Purpose = 'data'): boolean {
  const region = regionOf(world, id);
  return (
    region !== undefined && region.status !== 'disabled' && (!isDenied(world, region, purpose) || hasException(world, region, purpose))
  );
}

/** New data may go there. */
export const isAllowedNaively = (world: World, id: RegionId): boolean =>
  mayStayNaively(world, id) && regionOf(world, id)?.status !== 'draining';

function isSuitable(world: World, region: Region): boolean {
  if (!isAllowedNaively(world, region.id)) return false;
  const demanded = say(world, ({ constraints }) => constraints?.capabilities) ?? [];
  if (demanded.some((capability) => world.capabilities.get(region.id)?.[capability] !== true)) return false;
  const home = regionOf(world, world.instance.home);
  if (region.id === home?.id) return true;
  const shares = home?.jurisdictions.some((one) => region.jurisdictions.includes(one)) === true;
  if (say(world, ({ constraints }) => constraints?.sameJurisdiction) === true && !shares) return false;
  if (say(world, ({ constraints }) => constraints?.differentJurisdiction) === true && (shares || home === undefined)) return false;
  if (say(world, ({ constraints }) => constraints?.differentProvider) === true) {
    if (home?.provider === undefined || region.provider === undefined || home.provider === region.provider) return false;
  }
  const minimumKm = say(world, ({ constraints }) => constraints?.minimumDistanceKm);
  if (minimumKm === undefined) return true;
  return (
    home?.coordinates !== undefined && region.coordinates !== undefined && distanceKm(home.coordinates, region.coordinates) >= minimumKm
  );
}

export interface NaivePlacement {
  placed: RegionId[];
  spares: RegionId[];
  excluded: RegionId[];
  /** The rules of the demands that are not met. */
  unmet: string[];
}

export function placeNaively(world: World): NaivePlacement {
  const { rulebook, instance } = world;
  const suitable = rulebook.regions.filter((region) => isSuitable(world, region)).map(({ id }) => id);
  const order = [
    ...(say(world, ({ prefer }) => prefer) ?? []),
    ...(regionOf(world, instance.home)?.partners ?? []),
    ...(rulebook.engines[instance.engine]?.prefer ?? []),
    ...orderByAffinity(
      instance.id,
      rulebook.regions.map(({ id }) => id),
    ),
  ];
  const others = [...new Set(order)].filter((id) => id !== instance.home && suitable.includes(id));
  const copies = say(world, (placement) => placement.copies) ?? 1;
  const demandedSpares = say(world, ({ spares }) => spares);
  const isHomeUsable = suitable.includes(instance.home);
  const placed = [...(isHomeUsable ? [instance.home] : []), ...others.slice(0, copies - 1)];
  const spares = others.slice(copies - 1).slice(0, demandedSpares);
  const unmet = [
    !isHomeUsable && 'home-unusable',
    others.length < copies - 1 && 'too-few-regions',
    demandedSpares !== undefined && spares.length < demandedSpares && 'too-few-spares',
    placed.length < (say(world, ({ synchronousMinimum }) => synchronousMinimum) ?? 1) && 'synchronous-minimum',
  ];
  const excluded = rulebook.regions.map(({ id }) => id).filter((id) => !placed.includes(id) && !spares.includes(id));
  return { placed, spares, excluded: excluded.sort(), unmet: unmet.filter((rule) => rule !== false) };
}
