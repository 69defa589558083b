import { CbcrError, isFinalRunState, type RequestPayload, toCbcrError } from '@cbcr/domain';
import { backoffMs } from './backoff.ts';
import type { ExecutionSetting } from './execution-setting.ts';
import type { BoundKind } from './handlers.ts';
import { describeRefusal, type JobEnding, type WakeUpJob } from './job-ending.ts';
import { afterOutage, readWakeUpHistory } from './wake-up-history.ts';

/**
 * Turns the request of a producer into a run. The job of the request ends here: it tells its producer which run it became, and the run has a
 * wake-up call of its own, like every other. An outage brings the request back later; a defect does so a few times; a refusal ends it.
 */
export async function acceptRequest(
  { kind }: BoundKind,
  { requestId, request }: RequestPayload,
  job: WakeUpJob,
  setting: ExecutionSetting,
): Promise<JobEnding> {
  const { region, log, timing } = setting;
  const facts = { requestId, kind: kind.name };
  try {
    if (!setting.requests) throw new CbcrError('request.refused', { request: requestId, cause: 'this worker takes no requests.' });
    const run = await setting.requests.accept({ requestId, request, kind: kind.name, region });
    log.info({ ...facts, runId: run.id }, 'A request became a run');
    const wakes = run.kind === kind.name && run.region === region && !isFinalRunState(run.state);
    return { type: 'done', answer: { runId: run.id }, ...(wakes ? { wake: run } : {}) };
  } catch (thrown) {
    const error = toCbcrError(thrown);
    const history = readWakeUpHistory(job.progress);
    const next = afterOutage(history, null);
    const again = error.treatment === 'outage' || (error.treatment === 'attempt' && next.outages < kind.maxAttempts);
    if (!again) {
      log.error({ ...facts, error: error.toReport() }, 'A request was refused');
      return { type: 'refused', message: describeRefusal(error), forget: { v: 1, requestId, request: { kind: kind.name } } };
    }
    log.warn({ ...facts, error: error.toReport(), outages: next.outages }, 'A request cannot be decided: it comes back later');
    await job
      .updateProgress(next)
      .catch((lost: unknown) => log.warn({ error: toCbcrError(lost).message }, 'Redis did not take the history of the job'));
    return { type: 'again', pauseMs: backoffMs(next.outages, timing.outageBackoff, setting.random) };
  }
}
