import type { CopyState, HeldPoint, PointState, RegionId } from '@cbcr/domain';

/** Points that are in the same state and whose copies are in the same regions and states: what holds of one holds of all. */
export interface PointGroup {
  state: PointState;
  /** By region. */
  copies: readonly { region: RegionId; state: CopyState }[];
  /** In the order given. */
  points: readonly HeldPoint[];
  storedBytes: number;
}

interface OpenGroup extends PointGroup {
  points: HeldPoint[];
}

/**
 * An instance has hundreds of points and a handful of groups, so decisions are made for a group at a time. Groups come in the order in which
 * their first points do.
 */
export function groupPoints(points: readonly HeldPoint[]): PointGroup[] {
  const groups = new Map<string, OpenGroup>();
  for (const point of points) {
    const signature = signatureOf(point);
    const group = groups.get(signature);
    if (group === undefined) {
      groups.set(signature, {
        state: point.state,
        copies: point.copies.toSorted(byRegion),
        points: [point],
        storedBytes: point.storedBytes,
      });
    } else {
      group.points.push(point);
      group.storedBytes += point.storedBytes;
    }
  }
  return [...groups.values()];
}

/** Copies listed in another order make another group, which costs time and changes no answer. */
function signatureOf({ state, copies }: HeldPoint): string {
  let signature: string = state;
  for (const copy of copies) signature += ` ${copy.region}=${copy.state}`;
  return signature;
}

const byRegion = (a: { region: RegionId }, b: { region: RegionId }): number => (a.region < b.region ? -1 : 1);
