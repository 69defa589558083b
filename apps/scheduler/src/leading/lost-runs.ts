import type { Catalog, RunRecord } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import type { JobKindName, Queues } from '@cbcr/jobs';
import type { Logger } from '@cbcr/telemetry';
import { isKnownKind } from './known-kind.ts';

/** How long a run may be silent before somebody looks whether Redis still knows it. Workers report every second. */
const staleMs = 10_000;

/** How long a cancelled run may be without a word from its worker before it is ended without it. */
const abandonedMs = 60_000;

/**
 * Redis may lose everything: runs that it no longer knows are enqueued again. Whether a job is due is for BullMQ a matter of the clock of the
 * machine that looks, and a worker may have been the only one with its time: runs that are overdue are woken. A run that is worked on is left
 * alone; its epoch fences it.
 */
export async function reviveLostRuns({
  catalog,
  queues,
  clock,
  logger,
}: {
  catalog: Catalog;
  queues: Queues<JobKindName>;
  clock: Clock;
  logger: Logger;
}): Promise<void> {
  for (const runId of await catalog.runs.endAbandonedCancels(abandonedMs)) {
    logger.warn({ runId }, 'a cancelled run whose worker is gone was ended without it');
  }
  const silent = await catalog.runs.lostCandidates(clock.now(), staleMs);
  const known = silent.filter((run): run is RunRecord & { kind: JobKindName } => isKnownKind(run.kind));
  for (const { kind, region, id, notBefore, priority } of known) {
    const state = await queues.has(kind, region, id);
    if (state === 'delayed') {
      await queues.wake(kind, region, id);
      logger.warn({ runId: id, kind, region, notBefore }, 'a run was overdue in the queue; it is woken');
    } else if (state === 'absent') {
      await queues.enqueue({ kind, region, runId: id, priority, ...(notBefore === null ? {} : { notBefore }) });
      logger.warn({ runId: id, kind, region }, 'the queue had lost a run; it is enqueued again');
    }
  }
  // Also those that Redis knows: they were looked at now.
  await catalog.runs.markEnqueued(known.map((run) => run.id));
}
