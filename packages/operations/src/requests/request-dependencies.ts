import type { Catalog, NewRun } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import type { TransferTuning } from '../transfer-tuning.ts';

export interface RequestDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: Pick<TransferTuning, 'workerStaleMs'>;
}

/** A run that may be made; who asked, and under which key, is added when it is. */
export type PlannedRun = Omit<NewRun, 'requestedBy' | 'idempotencyKey'>;
