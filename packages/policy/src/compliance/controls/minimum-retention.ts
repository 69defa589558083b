import type { HeldPoint } from '@cbcr/domain';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow, type Observation } from '../control.ts';
import { earliest } from '../legal-copies.ts';
import { longer } from '../stricter.ts';

export const minimumRetention: Control = {
  name: 'minimum-retention',
  about: 'nothing is removed before its time',
  severity: 'critical',
  settings: ['period'],
  check({ groups, policy, instance }, { period }) {
    const minimum = longer(policy.retention?.minimum, period);
    if (minimum === undefined) {
      return [cannotShow('nothing says how long to keep', 'set the period of the control, or retention.minimum of the policy')];
    }
    const tooEarly = groups.flatMap((group) =>
      group.points.filter((point) => (removedAt(point) ?? Infinity) < point.capturedAtMs + minimum.ms),
    );
    const found: Observation[] = [];
    if (tooEarly.length > 0) {
      found.push({
        region: null,
        points: tooEarly,
        sinceMs: earliest(tooEarly, removedAt),
        evidence: `${countPoints(tooEarly.length)} removed earlier than ${minimum.text} after the capture`,
        mend: 'what is gone cannot be brought back; find out who removed it in the audit trail, and lengthen the retention',
      });
    }
    const kept = policy.retention?.keepFor;
    if (kept !== undefined && kept.ms < minimum.ms) {
      found.push({
        severity: 'minor',
        region: null,
        points: [],
        sinceMs: null,
        evidence: `points of ${instance.id} may expire after ${kept.text}; ${minimum.text} are demanded`,
        mend: `set retention.keepFor of the policy to at least ${minimum.text}`,
      });
    }
    return found;
  },
};

/** When the last copy began to go; null while one is kept. */
function removedAt({ copies }: HeldPoint): number | null {
  let latest: number | null = null;
  for (const { state, sinceMs } of copies) {
    if (state !== 'expiring' && state !== 'deleted') return null;
    if (latest === null || sinceMs > latest) latest = sinceMs;
  }
  return latest;
}
