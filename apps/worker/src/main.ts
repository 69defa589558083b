import { readEnvironment, type WorkerEnvironment, workerEnvironment } from '@cbcr/config';
import { CbcrError, isCbcrError, systemClock, toCbcrError } from '@cbcr/domain';
import { createLogger, type Logger } from '@cbcr/telemetry';
import { composeWorker } from './compose.ts';

/** Serves the queues of one region until it is told to stop. Exit codes are those of the error catalogue. */
async function main(): Promise<number> {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  let logger = createLogger({ service: 'worker', level: 'info' });
  try {
    const environment = readEnvironment(workerEnvironment);
    logger = createLogger({ service: 'worker', level: environment.logLevel });
    await Promise.race([serve(environment, logger, stopping.signal), failAfterDeadline(environment.shutdownSeconds, stopping.signal)]);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted && !isCbcrError(error, 'run.stop-overdue')) return 0;
    const known = toCbcrError(error);
    logger.fatal({ error: known.toReport() }, known.message);
    return known.exitCode;
  }
}

async function serve(environment: WorkerEnvironment, logger: Logger, stopping: AbortSignal): Promise<void> {
  const worker = await composeWorker(environment, logger, stopping);
  await untilAborted(stopping);
  logger.info({}, 'the worker stops');
  await worker.stop();
}

/** Whatever hangs, a database or a store or a defect of ours: the process ends, and with it what it has started. */
async function failAfterDeadline(seconds: number, stopping: AbortSignal): Promise<never> {
  await untilAborted(stopping);
  await systemClock.sleep(seconds * 1000);
  throw new CbcrError('run.stop-overdue', { seconds });
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

process.exit(await main());
