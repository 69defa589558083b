import type { JobHandler, JobKinds, ParamsOf, ResultOf } from '@cbcr/jobs';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { protectCopy } from './protect-copy.ts';
import { readStoreProtection } from './read-store-protection.ts';

type HoldHandler = JobHandler<ParamsOf<JobKinds['hold']>, ResultOf<JobKinds['hold']>>;

/** What changes while the run is at work is seen to by the same run, so often; then by the next one. */
const mostRounds = 5;

/**
 * Makes the store of this region enforce what shall protect the copies of an instance: its own legal hold on every version of what a hold covers, and
 * the lock that the policy demands. Copy by copy, each recorded when it is done, so that a killed run continues where it was. What is decided
 * is decided here and now: the run's parameters only say where to look.
 */
export function createHold(deps: OperationDependencies): HoldHandler {
  return async ({ run, params, epoch, signal, log, progress }) => {
    const region = await deps.catalog.regions.get(params.region);
    const locker = await deps.openLocker(region);
    const support = await locker.support({ signal });
    const total = { copies: 0, versions: 0, left: 0 };
    for (let round = 0; round < mostRounds; round++) {
      const { steps } = await readStoreProtection(deps, params.instance);
      const here = steps.filter((step) => step.region === region.id);
      const before = total.left;
      for (const [index, step] of here.entries()) {
        signal.throwIfAborted();
        const told = await protectCopy({ catalog: deps.catalog, locker, support, signal }, params.instance, step, { run: run.id, epoch });
        if (told.trouble !== null) {
          log.warn({ recoveryPoint: step.point, cause: told.trouble }, 'the store does not enforce a hold or a lock');
          total.left += 1;
        } else total.copies += 1;
        total.versions += told.versions;
        progress({ phase: 'hold', doneBytes: 0, totalBytes: null, note: `${index + 1} of ${here.length} copies` });
      }
      if (here.length === 0 || total.left > before) break;
    }
    return total;
  };
}
