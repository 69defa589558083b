import { describeDuration } from '../../health/describe-duration.ts';
import { type Control, cannotShow } from '../control.ts';
import { shorter } from '../stricter.ts';

export const rto: Control = {
  name: 'rto',
  about: 'the last restore took no longer than promised, from the request to its end',
  severity: 'major',
  settings: ['within'],
  check({ instance, policy, restored }, settings) {
    if (instance.retired === true) return [];
    const within = shorter(policy.rto, settings.within);
    if (within === undefined) return [cannotShow('nothing says how long it may take', 'set rto of the policy, or within of the control')];
    const mend = `restore it into an empty database and see how long it takes: cbcr restore ${instance.id} --to REGION --target URL`;
    if (!restored) return [cannotShow(`no restore of ${instance.id} that came to its end is recorded`, mend)];
    const tookMs = restored.finishedAt.getTime() - restored.requestedAt.getTime();
    if (tookMs <= within.ms) return [];
    const evidence = `the last restore (${restored.run} in ${restored.region}) took ${describeDuration(tookMs)}; ${within.text} are promised`;
    return [
      {
        region: restored.region,
        points: [],
        sinceMs: restored.finishedAt.getTime(),
        evidence,
        mend: 'restore near a copy or with more jobs (--jobs), lift limits of the link, or promise less',
      },
    ];
  },
};
