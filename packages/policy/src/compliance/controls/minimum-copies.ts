import type { HeldPoint, RegionId } from '@cbcr/domain';
import { countPoints, listRegions } from '../../holdings/describe-holdings.ts';
import type { Control } from '../control.ts';
import { completeGroups, earliest, findLegalVerified } from '../legal-copies.ts';

export const minimumCopies: Control = {
  name: 'minimum-copies',
  about: 'every point has enough verified copies in allowed regions',
  severity: 'critical',
  settings: ['copies'],
  check(facts, { copies = 1 }) {
    const demanded = Math.max(copies, facts.policy.placement.copies);
    const short = new Map<string, { regions: RegionId[]; points: HeldPoint[] }>();
    for (const group of completeGroups(facts.groups)) {
      const regions = findLegalVerified(group, facts);
      if (regions.length >= demanded) continue;
      const key = regions.join();
      const known = short.get(key);
      if (known === undefined) short.set(key, { regions, points: [...group.points] });
      else for (const point of group.points) known.points.push(point);
    }
    return [...short.values()].map(({ regions, points }) => ({
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

/** The oldest copy that is not as it should be; a copy that nobody planned is missing since the capture ended. */
const owedSince = (point: HeldPoint): number | null =>
  earliest([point], ({ copies }) => copies.find(({ state }) => state !== 'verified')?.sinceMs) ?? point.completedAtMs;
