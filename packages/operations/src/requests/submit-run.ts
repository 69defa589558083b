import type { CreatedRun, RunRecord } from '@cbcr/catalog';
import { CbcrError, type InstanceId, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import type { PlannedRun, RequestDependencies } from './request-dependencies.ts';

export interface Submission {
  /** As the requester chose it, for errors. */
  request: string;
  /** The same key always gives the same run. Absent: every submission is a run of its own. */
  idempotencyKey?: string | undefined;
  requestedBy: string;
  /** What a run must be to be the answer to this request. Absent parts may be anything. */
  asksFor: {
    kind: string;
    region?: RegionId | undefined;
    instance?: InstanceId | undefined;
    point?: RecoveryPointId | undefined;
  };
}

/**
 * The run that the key stands for, or a new one as `plan` describes it. A known key is answered before anything is decided: what was accepted
 * once stays so, whatever the policy says now. Throws `request.reused` when the key stands for something else, and what `plan` throws.
 */
export async function submitRun(
  { catalog }: Pick<RequestDependencies, 'catalog'>,
  submission: Submission,
  plan: () => Promise<PlannedRun>,
): Promise<CreatedRun> {
  const { idempotencyKey, requestedBy } = submission;
  const known = idempotencyKey === undefined ? null : await catalog.runs.findByKey(idempotencyKey);
  if (known !== null) return { run: requireSame(known, submission), created: false };
  const created = await catalog.runs.create({ ...(await plan()), requestedBy, idempotencyKey });
  return { ...created, run: requireSame(created.run, submission) };
}

function requireSame(run: RunRecord, { request, asksFor }: Submission): RunRecord {
  const same =
    run.kind === asksFor.kind &&
    (asksFor.region === undefined || run.region === asksFor.region) &&
    (asksFor.instance === undefined || run.instance === asksFor.instance) &&
    (asksFor.point === undefined || run.point === asksFor.point);
  if (!same) throw new CbcrError('request.reused', { request, run: run.id });
  return run;
}
