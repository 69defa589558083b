import type { HeldPoint, RegionId } from '@cbcr/domain';
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
      mend:
        facts.placed.length < demanded
          ? `copies are placed in ${listRegions(facts.placed)} only; demand more copies, or allow more regions`
          : 'missing copies are made and verified by themselves; see the debts of the instance for what holds them up',
    }));
  },
};

/**
 * What the deletion gate let go of where copies may be: a rule that keeps points longer in one region than in another is no lack. What the control itself demands
 * holds all the same.
 */
const countGone = ({ copies }: PointGroup, { mayHold }: ControlFacts): number =>
  copies.filter(({ region, state }) => (state === 'expiring' || state === 'deleted') && mayHold(region).allowed).length;

/** The oldest copy that is not as it should be; a copy that nobody planned is missing since the capture ended. */
const owedSince = (point: HeldPoint): number | null =>
  earliest([point], ({ copies }) => copies.find(({ state }) => state !== 'verified')?.sinceMs) ?? point.completedAtMs;
