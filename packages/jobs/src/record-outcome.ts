import type { Run } from '@cbcr/domain';
import { CbcrError, type Clock, toCbcrError } from '@cbcr/domain';
import { backoffMs } from './backoff.ts';
import type { JobEnding } from './job-ending.ts';
import type { RunLog } from './job-kind.ts';
import type { RunLedger } from './run-ledger.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { RuntimeTiming } from './runtime-timing.ts';

export interface RecordOptions {
  readonly ledger: RunLedger;
  readonly run: Pick<Run, 'id' | 'epoch'>;
  readonly clock: Clock;
  random(): number;
  readonly log: RunLog;
  readonly timing: Pick<RuntimeTiming, 'lockDurationMs' | 'outageBackoff'>;
  /** No waiting for a catalog that is away: the worker stops. */
  readonly giveUp: AbortSignal;
}

export interface Recorded {
  /** As the ledger took it: `lost` when it refused, `waiting` when it could not be reached. */
  readonly outcome: RunOutcome;
  readonly ending: JobEnding;
}

/** A wake-up of a lost run comes back after so long: if nobody owns the run then, it is taken up again; if it has ended, nothing happens. */
const lostPauseMs = 2_000;

/** Writes the outcome into the ledger, first and under the epoch; the queue only follows what the ledger took. */
export async function recordOutcome(outcome: RunOutcome, options: RecordOptions): Promise<Recorded> {
  if (outcome.type === 'lost') return { outcome, ending: { type: 'again', pauseMs: lostPauseMs } };
  try {
    await writePatiently(() => write(outcome, options), options);
    return { outcome, ending: endingOf(outcome, options.clock) };
  } catch (thrown) {
    const error = toCbcrError(thrown);
    if (error.treatment === 'lost') return { outcome: { type: 'lost', error }, ending: { type: 'again', pauseMs: lostPauseMs } };
    options.log.error({ error: error.toReport(), outcome: outcome.type }, 'The catalog did not take the outcome: the run is opened again');
    const pauseMs = backoffMs(1, options.timing.outageBackoff, options.random);
    const notBefore = new Date(options.clock.now().getTime() + pauseMs);
    return { outcome: { type: 'waiting', error, notBefore }, ending: { type: 'again', pauseMs } };
  }
}

async function write(outcome: Exclude<RunOutcome, { type: 'lost' }>, { ledger, run }: RecordOptions): Promise<void> {
  switch (outcome.type) {
    case 'succeeded':
      return ledger.succeed(run.id, run.epoch, outcome.result);
    case 'failed':
      return ledger.fail(run.id, run.epoch, outcome.error.toReport());
    case 'cancelled':
      return ledger.cancel(run.id, run.epoch, outcome.error.toReport());
    case 'waiting':
      return ledger.wait(run.id, run.epoch, outcome.error.toReport(), outcome.notBefore);
    case 'retried':
      await ledger.retry(run.id, run.epoch, outcome.error.toReport(), outcome.notBefore);
      return;
    case 'handed-back':
      return ledger.release(run.id, run.epoch);
    default:
      throw new CbcrError('run.lost', { run: run.id });
  }
}

function endingOf(outcome: RunOutcome, clock: Clock): JobEnding {
  switch (outcome.type) {
    case 'succeeded':
    case 'cancelled':
      return { type: 'done' };
    case 'failed':
      return { type: 'refused', message: outcome.error.message };
    case 'waiting':
    case 'retried':
      return { type: 'again', pauseMs: Math.max(0, outcome.notBefore.getTime() - clock.now().getTime()) };
    case 'handed-back':
      return { type: 'again', pauseMs: 0 };
    case 'lost':
      return { type: 'again', pauseMs: lostPauseMs };
  }
}

/** Finished work is not thrown away because the catalog is away for a moment: tries again as long as the Redis lock would last. */
async function writePatiently(attempt: () => Promise<void>, { clock, random, timing, giveUp }: RecordOptions): Promise<void> {
  const deadline = clock.monotonicMs() + timing.lockDurationMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = toCbcrError(thrown);
      const pauseMs = backoffMs(tries, { minMs: 100, maxMs: 5_000 }, random);
      if (error.treatment !== 'outage' || giveUp.aborted || clock.monotonicMs() + pauseMs > deadline) throw error;
      await clock.sleep(pauseMs, { signal: giveUp }).catch(() => undefined);
    }
  }
}
