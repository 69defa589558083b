import type { HeldPoint, RegionId } from '@cbcr/domain';
import { mayHaveBytes } from '../../holdings/copy-states.ts';
import { countPoints, listRegions } from '../../holdings/describe-holdings.ts';
import { describeHold, holdsOn } from '../../holds/holds-on.ts';
import { type Control, type ControlFacts, cannotShow, type Observation } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';
import { shorter } from '../stricter.ts';

export const maximumRetention: Control = {
  name: 'maximum-retention',
  about: 'nothing is kept longer than it may be',
  severity: 'major',
  settings: ['period'],
  check(facts, { period }) {
    const { groups, now, placed, retentionLimits } = facts;
    const held = pointsByRegion(groups, mayHaveBytes);
    const maximumIn = (region: RegionId) => shorter(retentionLimits(region).maximum, period);
    const all = [...new Set([...placed, ...held.keys()])].sort();
    const unlimited = all.filter((region) => maximumIn(region) === undefined);
    const exceeded = [...held].flatMap(([region, there]): Observation[] => {
      const maximum = maximumIn(region);
      if (maximum === undefined) return [];
      const points = there.filter((point) => point.capturedAtMs < now.getTime() - maximum.ms);
      if (points.length === 0) return [];
      const kept = describeHolds(facts, points, region);
      return [
        {
          region,
          points,
          sinceMs: earliest(points, (point) => point.capturedAtMs + maximum.ms),
          evidence: `${countPoints(points.length)} in ${region} older than ${maximum.text}${kept === null ? '' : `; ${kept}`}`,
          mend:
            kept === null
              ? 'cbcr retention explain says what keeps each copy, cbcr retention run what the deletion gate says against its end'
              : 'release the holds as soon as they may be; until then they are the reason',
        },
      ];
    });
    if (unlimited.length === 0) return exceeded;
    const where = unlimited.length < all.length ? ` in ${listRegions(unlimited)}` : '';
    return [
      ...exceeded,
      cannotShow(
        `nothing says how long is too long${where}`,
        'set the period of the control, retention.maximum of the policy, or the maximum of a rule of retention',
      ),
    ];
  },
};

/** A hold wins over every maximum; whoever reads the finding has to know that it is no slip. Null: no hold does. */
function describeHolds(
  { instance, protection, now, releaseGraceMs }: ControlFacts,
  points: readonly HeldPoint[],
  region: RegionId,
): string | null {
  const holdsOf = (point: HeldPoint) => holdsOn(protection?.holds ?? [], { instance, point, region }, { now, releaseGraceMs });
  const held = points.filter((point) => holdsOf(point).length > 0);
  if (held.length === 0) return null;
  const names = new Set(held.flatMap(holdsOf).map((hold) => describeHold(hold, now).text));
  return `${[...names].join(', ')} keep${names.size === 1 ? 's' : ''} ${held.length === points.length ? 'all' : held.length} of them`;
}
