import type { CopyState, Reason, RegionId } from '@cbcr/domain';
import { isWhole, mayHaveBytes } from '../holdings/copy-states.ts';
import { countPoints } from '../holdings/describe-holdings.ts';
import type { PointGroup } from '../holdings/group-points.ts';
import type { Decision, Situation } from '../situation/situation.ts';
import type { CopiesToMake, IllegalCopies } from './instance-plan.ts';
import { priceOfTransfer } from './prices.ts';

/** Points whose copy in the region is demanded and not verified. */
export const owes = (group: PointGroup, region: RegionId): boolean => group.state === 'complete' && stateIn(group, region) !== 'verified';

const stateIn = ({ copies }: PointGroup, region: RegionId): CopyState | undefined => copies.find((copy) => copy.region === region)?.state;

export const isDown = ({ health }: Situation, region: RegionId): boolean => health.get(region)?.state === 'down';

/** The copies that the decision demands and that are not there, by region in the order of the placement. */
export function planCopiesToMake(
  groups: readonly PointGroup[],
  situation: Situation,
  decision: Decision,
  before: Decision | null,
): CopiesToMake[] {
  return decision.placement.placed.flatMap(({ region, reason }) => {
    const lacking = groups.filter((group) => owes(group, region) && canBeMade(stateIn(group, region)));
    const points = count(lacking);
    if (points === 0) return [];
    const demandedBefore = before?.placement.placed.some((place) => place.region === region) ?? false;
    const shares = shareOut(lacking, region, situation, decision);
    const [largest] = shares.toSorted((a, b) => b.bytes - a.bytes);
    return [
      {
        region,
        points,
        bytes: sumBytes(lacking),
        owedAlready: demandedBefore ? points : 0,
        reason,
        source: largest?.source ?? null,
        waits: findObstacle(region, shares, situation),
        price: shares.reduce<number | null>((sum, { price }) => (sum === null || price === null ? null : sum + price), 0),
      },
    ];
  });
}

/** Points whose copy in a region that is demanded anew was removed once: they do without it. */
export function findRemovedBefore(groups: readonly PointGroup[], { placement }: Decision, before: Decision | null): Reason[] {
  return placement.placed.flatMap(({ region }) => {
    if (before?.placement.placed.some((place) => place.region === region)) return [];
    const points = count(groups.filter((group) => group.state === 'complete' && stateIn(group, region) === 'deleted'));
    const text = `copies of ${countPoints(points)} were removed in ${region} and are not made again; new points go there`;
    return points === 0 ? [] : [{ rule: 'copy-removed', text }];
  });
}

/** A copy that is whole needs to be read only; one that was given up is not made again. */
const canBeMade = (state: CopyState | undefined): boolean =>
  state === undefined || (!isWhole(state) && state !== 'expiring' && state !== 'deleted');

interface Share {
  source: RegionId | null;
  bytes: number;
  price: number | null;
}

function shareOut(groups: readonly PointGroup[], target: RegionId, situation: Situation, decision: Decision): Share[] {
  const shares = new Map<RegionId | null, Share>();
  for (const group of groups) {
    const source = chooseSource(group, target, situation, decision);
    const price = source === null ? null : priceOfTransfer(situation.rulebook, source, target, group.storedBytes);
    const known = shares.get(source);
    if (known === undefined) shares.set(source, { source, bytes: group.storedBytes, price });
    else {
      known.bytes += group.storedBytes;
      known.price = known.price === null || price === null ? null : known.price + price;
    }
  }
  return [...shares.values()];
}

/** A copy that may be read: whole, allowed, and not in a region that is down; verified before stored, then the cheapest way, then by name. */
function chooseSource({ copies, storedBytes }: PointGroup, target: RegionId, situation: Situation, decision: Decision): RegionId | null {
  const readable = copies.filter(
    ({ region, state }) => region !== target && isWhole(state) && decision.mayHold(region).allowed && !isDown(situation, region),
  );
  const price = (region: RegionId) => priceOfTransfer(situation.rulebook, region, target, storedBytes) ?? Number.POSITIVE_INFINITY;
  const compare = (a: (typeof readable)[number], b: (typeof readable)[number]): number => {
    const byTrust = Number(b.state === 'verified') - Number(a.state === 'verified');
    if (byTrust !== 0) return byTrust;
    const [priceA, priceB] = [price(a.region), price(b.region)];
    return priceA === priceB ? (a.region < b.region ? -1 : 1) : priceA - priceB;
  };
  return readable.length < 2 ? (readable[0]?.region ?? null) : (readable.sort(compare)[0]?.region ?? null);
}

function findObstacle(region: RegionId, shares: readonly Share[], situation: Situation): Reason | null {
  if (isDown(situation, region)) return { rule: 'region-down', text: `${region} is down` };
  if (shares.every(({ source }) => source === null)) return { rule: 'no-source', text: 'no copy that may be read is whole and reachable' };
  if (shares.some(({ source }) => source === null))
    return { rule: 'no-source', text: 'some have no copy that may be read and is whole and reachable' };
  return null;
}

/** Bytes where none may be, by region. */
export function planIllegalCopies(groups: readonly PointGroup[], decision: Decision, before: Decision | null): IllegalCopies[] {
  const found = new Map<RegionId, IllegalCopies>();
  for (const group of groups) {
    for (const { region, state } of group.copies) {
      if (!mayHaveBytes(state)) continue;
      const { allowed, reason } = decision.mayHold(region);
      if (allowed) continue;
      const already = before !== null && !before.mayHold(region).allowed;
      const known = found.get(region) ?? { region, points: 0, bytes: 0, already, reason };
      known.points += group.points.length;
      known.bytes += group.storedBytes;
      found.set(region, known);
    }
  }
  return [...found.values()].sort((a, b) => (a.region < b.region ? -1 : 1));
}

const count = (groups: readonly PointGroup[]): number => groups.reduce((sum, { points }) => sum + points.length, 0);
const sumBytes = (groups: readonly PointGroup[]): number => groups.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
