import type { CopyState, HeldPoint, RegionId } from '@cbcr/domain';
import { mayHaveBytes } from '../holdings/copy-states.ts';
import type { PointGroup } from '../holdings/group-points.ts';
import type { ControlFacts } from './control.ts';

/** Regions whose copies count: whole, checked, and where copies may be. Nothing else protects. */
export const findLegalVerified = ({ copies }: PointGroup, facts: Pick<ControlFacts, 'mayHold'>): RegionId[] =>
  copies.flatMap(({ region, state }) => (state === 'verified' && facts.mayHold(region).allowed ? [region] : []));

/** Groups of points that a restore could choose. */
export const completeGroups = (groups: readonly PointGroup[]): PointGroup[] => groups.filter((group) => group.state === 'complete');

/** The points with bytes in a region, for each region that has any, by region. */
export function pointsByRegion(
  groups: readonly PointGroup[],
  counts: (state: CopyState) => boolean = mayHaveBytes,
): Map<RegionId, HeldPoint[]> {
  const found = new Map<RegionId, HeldPoint[]>();
  for (const { copies, points } of groups) {
    for (const { region, state } of copies) {
      if (!counts(state)) continue;
      const known = found.get(region);
      if (known === undefined) found.set(region, [...points]);
      else for (const point of points) known.push(point);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The earliest of these moments of the points; null when there is none. */
export function earliest(points: readonly HeldPoint[], momentOf: (point: HeldPoint) => number | null | undefined): number | null {
  let first: number | null = null;
  for (const point of points) {
    const moment = momentOf(point);
    if (moment !== null && moment !== undefined && (first === null || moment < first)) first = moment;
  }
  return first;
}

export const copyIn = (point: HeldPoint, region: RegionId) => point.copies.find((copy) => copy.region === region);
