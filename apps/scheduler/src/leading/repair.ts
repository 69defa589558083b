import type { Candidate, CandidateCursor, Catalog } from '@cbcr/catalog';
import type { Clock, RegionHealth, RegionId } from '@cbcr/domain';
import { describeRepairRun, type TransferTuning } from '@cbcr/operations';
import { planRepairs } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';
import { createInstanceReader } from '../read-instance.ts';

const page = 500;
const requestedBy = 'reconciler';

export interface RepairDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: TransferTuning;
  logger: Logger;
}

/**
 * The one mechanism of desired state: verification, debts, healing after an outage. Reads only copies that are owed, page by page; asks
 * `planRepairs` for the difference; creates the runs. Doing it twice creates nothing twice: each run has a dedupe key.
 */
export async function repairCopies(deps: RepairDependencies, health: ReadonlyMap<RegionId, RegionHealth>): Promise<void> {
  const { catalog, clock, logger } = deps;
  const readInstance = createInstanceReader(deps);
  const now = clock.now();
  let cursor: CandidateCursor | null = null;
  do {
    const found: { candidates: Candidate[]; cursor: CandidateCursor | null } = await catalog.points.candidates(now, page, cursor);
    const points = await Promise.all(
      found.candidates.map(async ({ point, activeRuns }) => ({
        point,
        instance: point.instance,
        placement: (await readInstance(point.instance)).placement,
        copies: point.copies,
        activeRuns: activeRuns.flatMap((run) => run.dedupeKey ?? []),
      })),
    );
    const plan = planRepairs({ points, health, now });
    for (const wanted of plan.runs) {
      const { policy } = await readInstance(wanted.instance);
      const { run, created } = await catalog.runs.create(describeRepairRun(wanted, requestedBy, policy.priority));
      if (created)
        logger.info(
          { runId: run.id, kind: run.kind, region: run.region, recoveryPoint: wanted.point, reason: wanted.reason },
          'a copy needs work',
        );
    }
    for (const note of plan.notes) logger.debug({ ...note }, 'a debt stays');
    cursor = found.cursor;
  } while (cursor !== null);
}
