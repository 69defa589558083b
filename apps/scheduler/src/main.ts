import { readEnvironment, schedulerEnvironment } from '@cbcr/config';
import { toCbcrError } from '@cbcr/domain';
import { createLogger } from '@cbcr/telemetry';
import { InvalidConfigError } from './apply-config.ts';
import { composeScheduler } from './compose.ts';

/** Runs the control plane until it is told to stop. Exit codes are those of the error catalogue: 2 for a cbcr.yaml that is not valid. */
async function main(): Promise<number> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop());
  let logger = createLogger({ service: 'scheduler', level: 'info' });
  try {
    const environment = readEnvironment(schedulerEnvironment);
    logger = createLogger({ service: 'scheduler', level: environment.logLevel });
    const scheduler = await composeScheduler(environment, logger);
    await stopped;
    logger.info({}, 'the scheduler stops');
    await scheduler.stop();
    return 0;
  } catch (error) {
    const known = toCbcrError(error);
    const problems = error instanceof InvalidConfigError ? error.problems : undefined;
    logger.fatal({ error: known.toReport(), problems }, known.message);
    return known.exitCode;
  }
}

process.exit(await main());
