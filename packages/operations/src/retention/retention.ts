import type { RecoveryPointId } from '@cbcr/domain';
import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { deleteCopy } from './delete-copy.ts';
import { createErasePace } from './erase-pace.ts';

type RetentionHandler = JobHandler<ParamsOf<JobKinds['retention']>, ResultOf<JobKinds['retention']>>;

/** Deletes copies of several points in one region, one after the other, oldest order first as given. A refusal of the gate ends none of the others. */
export function createRetention(deps: OperationDependencies): RetentionHandler {
  const pace = createErasePace({ clock: deps.clock, perSecond: deps.tuning.erasuresPerSecond });
  return async (context) => {
    const deleted: RecoveryPointId[] = [];
    const denied: { point: RecoveryPointId; reasons: string[] }[] = [];
    const total = { versions: 0, bytes: 0 };
    for (const point of context.params.points) {
      const outcome = await deleteCopy({ ...deps, pace }, context, point);
      if (outcome.deleted) {
        deleted.push(point);
        total.versions += outcome.versions;
        total.bytes += outcome.bytes;
      } else denied.push({ point, reasons: outcome.reasons.map(({ rule, text }) => `${rule}: ${text}`) });
    }
    return { deleted, denied, ...total };
  };
}
