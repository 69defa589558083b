import { randomBytes } from 'node:crypto';
// biome-ignore lint/plugin/adapters: a configuration is checked as an app's compose.ts has it checked
import { storeOptionsSchemas } from '@cbcr/blobstore/adapters';
import type { Catalog } from '@cbcr/catalog';
import { type ConfigVocabulary, parseConfig } from '@cbcr/config';
import type { Clock } from '@cbcr/domain';
import { createQueues, type JobKindName, jobKinds, type Queues } from '@cbcr/jobs';
import { defaultTransferTuning } from '@cbcr/operations';
import { checkRetention, checkSchedule, chooseControls, findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy } from '@cbcr/policy';
import { createLogger } from '@cbcr/telemetry';
import { limitsSchema } from '@cbcr/throttle';
import { createHealthMemory, type HealthMemory } from '../src/health-memory.ts';
import type { SchedulerStage } from './stage.ts';

/** What the leading scheduler's rounds are given. */
export interface Rounds {
  readonly catalog: Catalog;
  readonly queues: Queues<JobKindName>;
  readonly clock: Clock;
  readonly tuning: typeof defaultTransferTuning;
  readonly health: HealthMemory;
  readonly logger: ReturnType<typeof createLogger>;
}

/** Another scheduler, as far as Postgres and Redis can tell. `changes` plants faults. */
export function createRounds(
  stage: SchedulerStage,
  { redisUrl, namespace }: { redisUrl: string; namespace: string },
  changes: { clock?: Clock; catalog?: Catalog } = {},
): Rounds {
  const clock = changes.clock ?? stage.clock;
  const catalog = changes.catalog ?? stage.catalog;
  const queues = createQueues({ redisUrlFor: () => redisUrl, kinds: jobKinds, clock, namespace, onError: () => undefined });
  return {
    catalog,
    queues,
    clock,
    tuning: defaultTransferTuning,
    health: createHealthMemory({ catalog, clock, staleAfterMs: defaultTransferTuning.workerStaleMs }),
    logger: createLogger({ service: 'test', level: 'silent' }),
  };
}

/** What a cbcr.yaml is checked against, as in the scheduler. */
export const vocabularyOf = ({ clock }: Pick<SchedulerStage, 'clock'>): ConfigVocabulary => ({
  stores: storeOptionsSchemas,
  engines: { postgres: {} },
  limits: limitsSchema,
  checkSchedule,
  chooseControls,
  checkRetention,
  decisions: { findUnboundedLocks, getStorageRegions, mayUse, resolvePolicy },
  now: clock.now,
});

/** Applies the text of a cbcr.yaml, as a scheduler does. */
export async function configure(stage: SchedulerStage, text: string): Promise<void> {
  const result = parseConfig(text, 'cbcr.yaml', vocabularyOf(stage));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  await stage.catalog.applyConfig(result.config, 'test');
}

export const newNamespace = (): string => `test-${randomBytes(6).toString('hex')}`;

/** The clock of a process that lives so much later. */
export const laterClock = (clock: Clock, laterMs: number): Clock => ({
  ...clock,
  now: () => new Date(clock.now().getTime() + laterMs),
  monotonicMs: () => clock.monotonicMs() + laterMs,
});
