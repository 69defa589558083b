import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { probeRegion } from './probe-region.ts';

type ProbeHandler = JobHandler<ParamsOf<JobKinds['probe']>, ResultOf<JobKinds['probe']>>;

/** Tries the store of a region because somebody asked; workers also do it by themselves. */
export function createProbe(deps: OperationDependencies): ProbeHandler {
  return async ({ params, signal, log }) => {
    const found = await probeRegion(deps, params.region, signal);
    log.info({ region: params.region, found }, 'the store was probed');
    return found;
  };
}
