import type { HeldPoint, RegionId } from '@cbcr/domain';
import { isGoing } from '../../holdings/copy-states.ts';
import { countPoints, listRegions } from '../../holdings/describe-holdings.ts';
import type { PointGroup } from '../../holdings/group-points.ts';
import type { Control, ControlFacts } from '../control.ts';
import { completeGroups, earliest, findLegalVerified } from '../legal-copies.ts';

export const minimumCopies: Control = {
  name: 'minimum-copies',
  about: 'every point has enough verified copies in allowed regions',
  severity: 'critical',
  settings: ['copies'],
  check(facts, { copies = 1 }) {
    const short = new Map<string, { regions: RegionId[]; demanded: number; points: HeldPoint[] }>();
    for (const group of completeGroups(facts.groups)) {
      const regions = findLegalVerified(group, facts);
      const demanded = Math.max(copies, facts.policy.placement.copies - countGone(group, facts));
      if (regions.length >= demanded) continue;
      const key = `${demanded} ${regions.join()}`;
      const known = short.get(key);
      if (known === undefined) short.set(key, { regions, demanded, points: [...group.points] });
      else for (const point of group.points) known.points.push(point);
    }
    return [...short.values()].map(({ regions, demanded, points }) => ({
      region: null,
      points,
      sinceMs: earliest(points, owedSince),
      evidence: `${countPoints(points.length)} with ${regions.length} of ${demanded} verified copies where copies may be: ${listRegions(regions)}`,
      mend: describeMend(points, facts, demanded),
    }));
  },
};

/**
 * What the deletion gate let go of where copies belong: a rule that keeps points longer in one region than in another is no lack. What the control itself demands
 * holds all the same.
 */
const countGone = ({ copies }: PointGroup, { mayHold, placed }: ControlFacts): number =>
  copies.filter(({ region, state }) => isGoing(state) && placed.includes(region) && mayHold(region).allowed).length;

function describeMend(points: readonly HeldPoint[], { placed }: ControlFacts, demanded: number): string {
  if (points.some(({ copies }) => copies.some(({ state }) => isGoing(state))))
    return 'what was let go of is not made again; keep points longer in so many regions: cbcr retention explain says which rules let them go';
  return placed.length < demanded
    ? `copies are placed in ${listRegions(placed)} only; demand more copies, or allow more regions`
    : 'missing copies are made and verified by themselves; see the debts of the instance for what holds them up';
}

/** The oldest copy that is not as it should be; a copy that nobody planned is missing since the capture ended. */
const owedSince = (point: HeldPoint): number | null =>
  earliest([point], ({ copies }) => copies.find(({ state }) => state !== 'verified')?.sinceMs) ?? point.completedAtMs;
