import type { Run } from '@cbcr/domain';
import type { Logger } from './create-logger.ts';

/** The child logger of one run: every line says which run, of which kind, where, for which instance and point. */
export function runLogger(logger: Logger, run: Pick<Run, 'id' | 'kind' | 'region' | 'instance' | 'point'>): Logger {
  return logger.child({ runId: run.id, kind: run.kind, region: run.region, instance: run.instance, recoveryPoint: run.point });
}
