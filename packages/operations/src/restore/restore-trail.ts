import { CbcrError, type RecoveryPointId } from '@cbcr/domain';
import type { JobKinds, ParamsOf, ResultOf, RunContext } from '@cbcr/jobs';
import type { Permission } from '@cbcr/policy';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { purposeOf } from '../requests/decide-restore.ts';

type Params = ParamsOf<JobKinds['restore']>;
type Result = ResultOf<JobKinds['restore']>;

/** What the audit trail tells of one start of a restore. */
export interface RestoreTrail {
  /** Right before the target is written. `permission`: what allowed it. */
  started(permission: Permission): Promise<void>;
  /** The target is complete. Told once for each run, however often it is started. */
  finished(result: Result): Promise<void>;
  /** It ends without having been completed: refused when nothing was written. What may go on later is told by nothing. */
  ended(error: unknown): Promise<void>;
}

export function createRestoreTrail({ catalog }: OperationDependencies, { run, params, epoch }: RunContext<Params>): RestoreTrail {
  const actor = `run:${run.id}`;
  const subject: RecoveryPointId = params.point;
  const purpose = purposeOf(params);
  const common = { run: run.id, instance: run.instance, region: params.to, ...(purpose === 'drill' && { drill: true }) };
  let isStarted = false;
  return {
    async started({ exception, reason }) {
      isStarted = true;
      await catalog.audit.append({ actor, action: 'restore.started', subject, facts: { ...common, attempt: epoch } });
      if (exception === undefined) return;
      const facts = { ...common, purpose, point: subject, reason };
      await catalog.audit.append({ actor, action: 'exception.used', subject: exception, facts });
    },
    async finished({ plaintextBytes, segmentsFrom }) {
      const { instance, id, createdAt } = run;
      const facts = { point: subject, run: id, region: params.to, requestedAt: createdAt, plaintextBytes };
      if (instance !== null) await catalog.restores.record(instance, facts);
      const told = await catalog.audit.list({ subject, action: 'restore.finished', actor, limit: 1 });
      if (told.length > 0) return;
      await catalog.audit.append({ actor, action: 'restore.finished', subject, facts: { ...common, plaintextBytes, segmentsFrom } });
    },
    async ended(error) {
      if (!(error instanceof CbcrError) || error.treatment !== 'never') return;
      const facts = { ...common, code: error.code, message: error.message };
      await catalog.audit.append({ actor, action: isStarted ? 'restore.failed' : 'restore.refused', subject, facts });
    },
  };
}
