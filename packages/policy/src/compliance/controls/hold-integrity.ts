import type { HeldPoint, RegionId } from '@cbcr/domain';
import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { holdsOn } from '../../holds/holds-on.ts';
import { type Control, cannotShow, type Observation, wasNotRead } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

/** The deletion gate keeps what a hold covers in any case; this asks whether the store itself would. */
export const holdIntegrity: Control = {
  name: 'hold-integrity',
  about: 'legal holds cover every copy, in every region',
  severity: 'critical',
  settings: [],
  check({ instance, groups, protection, now, releaseGraceMs }) {
    if (protection === null) return [wasNotRead('what the stores were told about legal holds')];
    const stateOf = new Map(protection.effects.map(({ hold, point, region, state }) => [`${hold} ${point} ${region}`, state]));
    return [...pointsByRegion(groups, isWhole)].flatMap(([region, points]) => {
      const lacking = (isMet: (states: (string | undefined)[]) => boolean) =>
        points.filter((point) => {
          const holds = holdsOn(protection.holds, { instance, point, region }, { now, releaseGraceMs });
          return !isMet(holds.map(({ id }) => stateOf.get(`${id} ${point.id} ${region}`)));
        });
      const refused = lacking((states) => !states.some((state) => state === 'failed' || state === 'unsupported'));
      const untold = lacking((states) => states.every((state) => state !== undefined && state !== 'cleared'));
      return [
        ...(refused.length === 0 ? [] : [describeRefused(region, refused)]),
        ...(untold.length === 0 ? [] : [describeUntold(region, untold)]),
      ];
    });
  },
};

const describeRefused = (region: RegionId, points: readonly HeldPoint[]): Observation => ({
  region,
  points,
  sinceMs: earliest(points, (point) => point.completedAtMs),
  evidence: `the store in ${region} does not enforce the legal holds on ${countPoints(points.length)}; the deletion gate alone does`,
  mend: 'cbcr holds check says why; a bucket with object lock can hold objects',
});

const describeUntold = (region: RegionId, points: readonly HeldPoint[]): Observation => ({
  ...cannotShow(
    `the store in ${region} has not been told of the legal holds on ${countPoints(points.length)} yet`,
    `let a worker of ${region} run; cbcr holds check shows what is pending`,
    region,
  ),
  points,
});
