import type { HeldPoint } from '@cbcr/domain';
import { describeDuration } from '../../health/describe-duration.ts';
import { type Control, cannotShow } from '../control.ts';
import { completeGroups, findLegalVerified } from '../legal-copies.ts';
import { shorter } from '../stricter.ts';

export const rpoAge: Control = {
  name: 'rpo-age',
  about: 'the newest point that could be restored is not too old',
  severity: 'critical',
  settings: ['within'],
  check(facts, settings) {
    if (facts.instance.retired === true) return [];
    const within = shorter(facts.policy.rpo, settings.within);
    if (within === undefined) return [cannotShow('nothing says how old it may be', 'set rpo of the policy, or within of the control')];
    const enough = Math.max(1, facts.policy.placement.synchronousMinimum);
    let newest: HeldPoint | null = null;
    for (const group of completeGroups(facts.groups)) {
      if (findLegalVerified(group, facts).length < enough) continue;
      for (const point of group.points) if (newest === null || point.capturedAtMs > newest.capturedAtMs) newest = point;
    }
    const mend = `see why backups of ${facts.instance.id} fail or are not verified: cbcr runs list --instance ${facts.instance.id}`;
    if (newest === null) {
      const evidence = `${facts.instance.id} has no point that could be restored; ${within.text} are promised`;
      return [{ region: null, points: [], sinceMs: null, evidence, mend }];
    }
    const sinceMs = newest.capturedAtMs + within.ms;
    if (sinceMs >= facts.now.getTime()) return [];
    const age = describeDuration(facts.now.getTime() - newest.capturedAtMs);
    const evidence = `the newest point that could be restored is ${age} old; ${within.text} are promised`;
    return [{ region: null, points: [newest], sinceMs, evidence, mend }];
  },
};
