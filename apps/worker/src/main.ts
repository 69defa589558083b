import { readEnvironment, workerEnvironment } from '@cbcr/config';
import { toCbcrError } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { composeWorker } from './compose.ts';

/** Serves the queues of one region until it is told to stop. Exit codes are those of the error catalogue. */
async function main(): Promise<number> {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  let logger = createLogger({ service: 'worker', level: 'info' });
  try {
    const environment = readEnvironment(workerEnvironment);
    logger = createLogger({ service: 'worker', level: environment.logLevel });
    const worker = await composeWorker(environment, logger, stopping.signal);
    await stopped;
    logger.info({}, 'the worker stops');
    await worker.stop();
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    const known = toCbcrError(error);
    logger.fatal({ error: known.toReport() }, known.message);
    return known.exitCode;
  }
}

process.exit(await main());
