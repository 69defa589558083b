import { describeDuration } from '../../health/describe-duration.ts';
import { type Control, cannotShow } from '../control.ts';
import { shorter } from '../stricter.ts';

/** Any restore that came to its end is a rehearsal: every byte was checked and the engine found the target complete. */
export const drillAge: Control = {
  name: 'drill-age',
  about: 'a restore was rehearsed not too long ago',
  severity: 'major',
  settings: ['within'],
  check({ instance, policy, restored, now }, settings) {
    if (instance.retired === true) return [];
    const within = shorter(policy.drillEvery, settings.within);
    if (within === undefined) return [cannotShow('nothing says how often', 'set drillEvery of the policy, or within of the control')];
    if (restored === undefined) return [cannotShow('nobody read which restores were made', 'ask the scheduler: cbcr compliance check')];
    const mend = `restore it into an empty database: cbcr restore ${instance.id} --to REGION --target URL --drill`;
    if (restored === null) {
      const evidence = `no restore of ${instance.id} that came to its end is recorded; one every ${within.text} is promised`;
      return [{ region: null, points: [], sinceMs: null, evidence, mend }];
    }
    const sinceMs = restored.finishedAt.getTime() + within.ms;
    if (sinceMs >= now.getTime()) return [];
    const age = describeDuration(now.getTime() - restored.finishedAt.getTime());
    const evidence = `the last restore that came to its end is ${age} old (${restored.run} in ${restored.region}); one every ${within.text} is promised`;
    return [{ region: null, points: [], sinceMs, evidence, mend }];
  },
};
