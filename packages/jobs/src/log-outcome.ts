import type { RunLog } from './job-kind.ts';
import type { RunOutcome } from './run-outcome.ts';

/** One line at the end of every start, as loud as its outcome deserves. */
export function logOutcome(outcome: RunOutcome, log: RunLog): void {
  if (outcome.type === 'succeeded') {
    log.info({}, 'The run succeeded');
    return;
  }
  const error = outcome.error.toReport();
  switch (outcome.type) {
    case 'failed':
      log.error({ error }, 'The run failed');
      break;
    case 'cancelled':
      log.info({ error }, 'The run was cancelled');
      break;
    case 'handed-back':
      log.info({ error }, 'The worker stops: the run was handed back');
      break;
    case 'lost':
      log.warn({ error }, 'The run belongs to another attempt: nothing was written');
      break;
    case 'retried':
    case 'waiting':
      log.warn({ error, notBefore: outcome.notBefore.toISOString() }, 'The run waits and starts again');
  }
}
