import { CbcrError, isCbcrError, type RegionId, type Run, type RunId, type RunProgress, toCbcrError } from '@cbcr/domain';
import { acceptRequest } from './accept-request.ts';
import { backoffMs } from './backoff.ts';
import type { ExecutionSetting } from './execution-setting.ts';
import type { BoundKind } from './handlers.ts';
import { describeRefusal, type JobEnding, type WakeUpJob } from './job-ending.ts';
import type { RunLog } from './job-kind.ts';
import { logOutcome } from './log-outcome.ts';
import { performRun } from './perform-run.ts';
import { readJobPayload } from './read-job-payload.ts';
import { recordOutcome } from './record-outcome.ts';
import type { RunEvent } from './run-event.ts';
import { decideOutcome } from './run-outcome.ts';
import type { RunningRun } from './running-runs.ts';
import { afterDeaths, afterOutage, fruitlessDeaths, readWakeUpHistory, type WakeUpHistory } from './wake-up-history.ts';

/** Comes back later: the worker stops, or an attempt of the same run is still winding up here. */
const notNow = (stillHere: boolean): JobEnding => ({ type: 'again', pauseMs: stillHere ? 1_000 : 0 });

/**
 * One wake-up call, from its payload to what becomes of the job:
 * read the payload (the request of a producer goes its own way) → open the run (epoch + 1) → perform under a heartbeat → decide the outcome → record it under the epoch → end the job.
 */
export async function executeWakeUp(
  bound: BoundKind,
  job: WakeUpJob,
  lockSignal: AbortSignal | undefined,
  setting: ExecutionSetting,
): Promise<JobEnding> {
  const payload = readJobPayload(job.id ?? 'without id', job.data);
  if (isCbcrError(payload)) {
    setting.log.error({ error: payload.toReport(), kind: bound.kind.name, job: job.id }, 'A wake-up call cannot be read');
    return { type: 'refused', message: describeRefusal(payload), forget: { refused: payload.code } };
  }
  if ('request' in payload) return acceptRequest(bound, payload, job, setting);
  const running = setting.running.begin(payload.runId);
  if (!running) return notNow(setting.running.find(payload.runId) !== undefined);
  try {
    return await executeRun(bound, payload.runId, job, running, lockSignal, setting);
  } finally {
    running.end();
  }
}

async function executeRun(
  bound: BoundKind,
  runId: RunId,
  job: WakeUpJob,
  running: RunningRun,
  lockSignal: AbortSignal | undefined,
  setting: ExecutionSetting,
): Promise<JobEnding> {
  const { ledger, clock, timing } = setting;
  const { abort } = running;
  const loseRun = () => abort.abort(new CbcrError('run.lost', { run: runId }));
  lockSignal?.addEventListener('abort', loseRun, { once: true });
  if (lockSignal?.aborted) loseRun();

  const history = readWakeUpHistory(job.progress);
  let run: Run | null;
  const askedAtMs = clock.monotonicMs();
  try {
    run = await ledger.open(runId, setting.workerId);
  } catch (thrown) {
    return postponeOpening(toCbcrError(thrown), history, job, setting);
  }
  if (!run) {
    setting.log.info({ runId, kind: bound.kind.name }, 'A stale wake-up call: the run has ended');
    return { type: 'done' };
  }

  const foreign = foreignRunOf(bound, run, setting.region);
  if (foreign) return handForeignRunBack(foreign, run, setting);

  const log = setting.logFor(run);
  const startedMs = clock.monotonicMs();
  const emit = (type: RunEvent['type'], durationMs: number) =>
    setting.onRunEvent({ type, kind: bound.kind.name, region: setting.region, runId, durationMs });
  emit('started', 0);
  if (run.cancelRequested) abort.abort(new CbcrError('run.cancelled', { by: 'request' }));

  const seen = afterDeaths(history, run, job.stalledCounter);
  // Not waited for: while Redis is away the run can work all the same.
  if (seen !== history) void rememberHistory(job, seen, log);
  let latest: RunProgress | null = null;
  const end = await performRun(bound, { run, askedAtMs }, fruitlessDeaths(seen, job.stalledCounter), running, setting, log, {
    read: () => latest,
    write: (progress) => {
      latest = progress;
    },
  });
  const afterwards = afterOutage(seen, latest);
  const decided = decideOutcome({
    end,
    abortReason: abort.reason(),
    attempts: run.attempts,
    maxAttempts: bound.kind.maxAttempts,
    outages: afterwards.outages - 1,
    now: clock.now(),
    random: setting.random,
    timing,
  });
  const recorded = await recordOutcome(decided, {
    ledger,
    run,
    clock,
    random: setting.random,
    log,
    timing,
    giveUp: abort.abandonSignal,
  });
  logOutcome(recorded.outcome, log);
  emit(recorded.outcome.type, clock.monotonicMs() - startedMs);
  if (recorded.outcome.type === 'waiting') await rememberHistory(job, afterwards, log);
  else if (recorded.outcome.type === 'retried') await rememberHistory(job, { ...afterwards, outages: 0 }, log);
  return recorded.ending;
}

function foreignRunOf(bound: BoundKind, run: Run, region: RegionId): CbcrError | null {
  if (run.kind === bound.kind.name && run.region === region) return null;
  const cause = `the run is a ${run.kind} in ${run.region}, the job stood in the queue of ${bound.kind.name} in ${region}`;
  return new CbcrError('run.payload-invalid', { job: run.id, cause });
}

/** The run itself may be sound: only its wake-up call stood in the wrong queue. */
async function handForeignRunBack(error: CbcrError, run: Run, setting: ExecutionSetting): Promise<JobEnding> {
  setting.log.error({ error: error.toReport(), runId: run.id }, 'A wake-up call stood in the wrong queue');
  await setting.ledger
    .release(run.id, run.epoch)
    .catch((thrown) => setting.log.warn({ error: toCbcrError(thrown).toReport(), runId: run.id }, 'The run could not be handed back'));
  return { type: 'refused', message: error.message };
}

/** The ledger could not be asked. Nothing is lost: the wake-up call comes back. */
async function postponeOpening(error: CbcrError, history: WakeUpHistory, job: WakeUpJob, setting: ExecutionSetting): Promise<JobEnding> {
  const next = afterOutage(history, null);
  setting.log.warn(
    { error: error.toReport(), job: job.id, outages: next.outages },
    'The run cannot be opened: the wake-up call comes back later',
  );
  await rememberHistory(job, next, setting.log);
  return { type: 'again', pauseMs: backoffMs(next.outages, setting.timing.outageBackoff, setting.random) };
}

async function rememberHistory(job: WakeUpJob, history: WakeUpHistory, log: RunLog): Promise<void> {
  try {
    await job.updateProgress(history);
  } catch (error) {
    log.warn({ error: toCbcrError(error).message }, 'Redis did not take the history of the job');
  }
}
