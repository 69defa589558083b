import type { Run } from '@cbcr/domain';
import type { Logger } from './create-logger.ts';

/** The child logger of one run: every line says which run, of which kind, where, for which instance and point. */
export function runLogger(logger: Logger, run: Pick<Run, 'id' | 'kind' | 'region' | 'instance' | 'point'>): Logger {
  const { id, kind, region, instance, point } = run;
  // A backup names its point only once it has one; see the child logger of its capture.
  return logger.child({ runId: id, kind, region, instance, ...(point === null ? {} : { recoveryPoint: point }) });
}
