import type { Catalog } from '@cbcr/catalog';
import type { Clock, RegionHealth, RegionId } from '@cbcr/domain';
import type { JobKindName, Queues } from '@cbcr/jobs';
import type { TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import type { HealthMemory } from '../health-memory.ts';
import { isKnownKind } from './known-kind.ts';
import { reviveLostRuns } from './lost-runs.ts';
import { createMissingCopies } from './missing-copies.ts';
import { repairCopies } from './repair.ts';

export interface ReconcilerDependencies {
  catalog: Catalog;
  queues: Queues<JobKindName>;
  clock: Clock;
  tuning: TransferTuning;
  health: HealthMemory;
  logger: Logger;
}

export interface Reconciler {
  round(): Promise<'done'>;
  /** The configuration changed: look at every instance in the next round. */
  configChanged(): void;
}

const fullLookEveryMs = 60_000;

/** Compares what should be with what is, and creates the runs that close the gap. Each round starts from the catalog alone. */
export function createReconciler(deps: ReconcilerDependencies): Reconciler {
  const { catalog, clock, health, logger } = deps;
  let before: ReadonlyMap<RegionId, RegionHealth> = new Map();
  let fullLookAtMs = clock.monotonicMs();
  let mustWake = false;
  const planMissingCopies = createMissingCopies(deps);
  return {
    configChanged() {
      fullLookAtMs = clock.monotonicMs();
    },
    async round() {
      const regions = await catalog.regions.list({ unlisted: true });
      const now = await health.read(regions);
      if ([...now].some(([id, { state }]) => state === 'up' && before.get(id)?.state !== 'up')) mustWake = true;
      for (const [id, { state, reason }] of now) {
        if (before.get(id)?.state !== state) logger.info({ region: id, state, reason }, 'the health of a region changed');
      }
      before = now;
      if (clock.monotonicMs() >= fullLookAtMs) {
        fullLookAtMs = clock.monotonicMs() + fullLookEveryMs;
        await planMissingCopies();
      }
      await repairCopies(deps, now);
      // Redis comes last: while it is away, debts become runs all the same.
      if (mustWake) await wakeWaitingRuns(deps);
      mustWake = false;
      await reviveLostRuns(deps);
      return 'done';
    },
  };
}

/** Whatever waits may have waited for the region that is back; a run that still cannot go on waits again, at no cost. */
async function wakeWaitingRuns({ catalog, queues }: ReconcilerDependencies): Promise<void> {
  for (const { kind, region, id } of await catalog.runs.list({ states: ['waiting'], limit: 500 })) {
    if (isKnownKind(kind)) await queues.wake(kind, region, id);
  }
}
