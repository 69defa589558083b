import { CbcrError, isCbcrError, type RunRequest, regionOfRequest, runRequestSchema } from '@cbcr/domain';
import type { QueuedRequest, RequestIntake } from '@cbcr/jobs';
import { planRun } from './plan-run.ts';
import type { PlannedRun, RequestDependencies } from './request-dependencies.ts';
import { submitRun } from './submit-run.ts';

/** In whose name runs and audit events are written. */
const requester = 'queue';

/**
 * Turns what producers put into queues into runs, by the same rules as the API. A refusal is kept in the audit trail, because the queue
 * forgets it.
 */
export function createRequestIntake(deps: RequestDependencies): RequestIntake {
  return {
    async accept(queued) {
      try {
        const request = readRequest(queued);
        const wanted = regionOfRequest(request);
        if (wanted !== null && wanted !== queued.region) throw wrongQueue(queued, wanted);
        const submission = {
          request: queued.requestId,
          idempotencyKey: `queue:${queued.requestId}`,
          requestedBy: requester,
          asksFor: describeDemand(request),
        };
        const { run } = await submitRun(deps, submission, () => planInQueue(deps, queued, request));
        return run;
      } catch (error) {
        if (isCbcrError(error) && error.treatment === 'never') await recordRefusal(deps, queued, error);
        throw error;
      }
    },
  };
}

function readRequest({ requestId, request, kind, region }: QueuedRequest): RunRequest {
  if (request.kind !== kind) {
    const cause = `it asks for a ${request.kind.slice(0, 40)} and stood in the queue of ${kind} in ${region}`;
    throw new CbcrError('request.invalid', { request: requestId, cause });
  }
  const parsed = runRequestSchema.safeParse(request);
  if (parsed.success) return parsed.data;
  // Paths and reasons without the values, which may be anything, also secrets.
  const issues = parsed.error.issues.map(({ path, code }) => ({ at: path.join('.') || 'request', code }));
  if (issues.some(({ at }) => at === 'target') && 'target' in request) {
    throw new CbcrError('request.target-not-reference', { request: requestId });
  }
  const cause = issues.map(({ at, code }) => `${at}: ${code}`).join('; ');
  throw new CbcrError('request.invalid', { request: requestId, cause });
}

function describeDemand(request: RunRequest) {
  const region = regionOfRequest(request) ?? undefined;
  const instance = 'instance' in request ? request.instance : undefined;
  const point = 'point' in request ? request.point : undefined;
  return { kind: request.kind, region, instance, point };
}

/** Only now is it known where a backup belongs: in the home region. */
async function planInQueue(deps: RequestDependencies, queued: QueuedRequest, request: RunRequest): Promise<PlannedRun> {
  const planned = await planRun(deps, request);
  if (planned.region !== queued.region) throw wrongQueue(queued, planned.region);
  return planned;
}

const wrongQueue = ({ requestId, kind, region }: QueuedRequest, wanted: string) =>
  new CbcrError('request.wrong-queue', { request: requestId, kind, region, wanted });

async function recordRefusal(
  { catalog }: RequestDependencies,
  { requestId, kind, region }: QueuedRequest,
  error: CbcrError,
): Promise<void> {
  await catalog.audit.append({
    actor: requester,
    action: 'request.refused',
    subject: requestId,
    facts: { kind, region, code: error.code, message: error.message },
  });
}
