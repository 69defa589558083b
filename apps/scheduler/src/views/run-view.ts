import type { RunView } from '@cbcr/client';
import type { Run } from '@cbcr/domain';

/** Without the parameters: they may hold a sealed connection, which nobody needs to see. */
export function describeRun(run: Run): RunView {
  const { id, kind, region, instance, point, state, epoch, attempts, requestedBy, cancelRequested, progress, result, error } = run;
  return {
    ...{ id, kind, region, instance, point, state, epoch, attempts, requestedBy, cancelRequested, progress, error },
    result: result ?? null,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    notBefore: run.notBefore?.toISOString() ?? null,
  };
}
