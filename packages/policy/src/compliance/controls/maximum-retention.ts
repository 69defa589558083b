import { mayHaveBytes } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';
import { shorter } from '../stricter.ts';

export const maximumRetention: Control = {
  name: 'maximum-retention',
  about: 'nothing is kept longer than it may be',
  severity: 'major',
  settings: ['period'],
  check({ groups, policy, now }, { period }) {
    const maximum = shorter(policy.retention?.maximum, period);
    if (maximum === undefined) {
      return [cannotShow('nothing says how long is too long', 'set the period of the control, or retention.maximum of the policy')];
    }
    const limit = now.getTime() - maximum.ms;
    return [...pointsByRegion(groups, mayHaveBytes)].flatMap(([region, held]) => {
      const points = held.filter((point) => point.capturedAtMs < limit);
      if (points.length === 0) return [];
      const since = earliest(points, (point) => point.capturedAtMs + maximum.ms);
      return [
        {
          region,
          points,
          sinceMs: since,
          evidence: `${countPoints(points.length)} in ${region} older than ${maximum.text}`,
          mend: `set retention.keepFor of the policy below ${maximum.text}, so that points expire in time`,
        },
      ];
    });
  },
};
