import type { Duration, HeldPoint, RegionId } from '@cbcr/domain';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow, type Observation } from '../control.ts';
import { earliest } from '../legal-copies.ts';
import { longer } from '../stricter.ts';

export const minimumRetention: Control = {
  name: 'minimum-retention',
  about: 'nothing is removed before its time',
  severity: 'critical',
  settings: ['period'],
  check({ groups, policy, instance, placed, retentionLimits }, { period }) {
    const longestOf = (regions: readonly RegionId[]) =>
      regions.reduce<Duration | undefined>((longest, region) => longer(longest, retentionLimits(region).minimum), period);
    const minimum = longestOf([...new Set([...placed, ...groups.flatMap(({ copies }) => copies.map(({ region }) => region))])]);
    if (minimum === undefined) {
      return [
        cannotShow(
          'nothing says how long to keep',
          'set the period of the control, retention.minimum of the policy, or the minimum of a rule of retention',
        ),
      ];
    }
    const tooEarly = groups.flatMap((group) => {
      const demandedMs = longestOf(group.copies.map(({ region }) => region))?.ms ?? 0;
      return group.points.filter((point) => (removedAt(point) ?? Infinity) < point.capturedAtMs + demandedMs);
    });
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
