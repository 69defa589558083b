import type { Catalog, DeletionRecord } from '@cbcr/catalog';
import type { Clock, InstanceId } from '@cbcr/domain';
import { carryOutDeletions, planDeletions, type TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import { createClockWatcher } from './clock-watcher.ts';
import { createExpiredCopies } from './expired-copies.ts';
import { createIllegalCopies } from './illegal-copies.ts';
import { createTurns } from './turns.ts';

interface DeleteDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: TransferTuning;
  logger: Logger;
}

const requestedBy = 'reconciler';
const page = 500;
/** A store that refuses is asked again soon, and not all the time. */
const betweenRunsMs = 15_000;

/**
 * Marks what may not or need not be there any more, and has it deleted when its time has come. Whether, the deletion gate says: here when a copy is
 * marked and before its run starts, and in the worker once more. Each round starts from the catalog alone; doing it twice deletes nothing twice. What
 * fails for one instance keeps none of the others from being judged.
 */
export function createExpiry(deps: DeleteDependencies): () => Promise<'done'> {
  const { catalog, clock, logger } = deps;
  const watch = createClockWatcher(deps);
  const turns = createTurns(deps);
  const illegal = createIllegalCopies(deps, turns);
  const markExpired = createExpiredCopies(deps, turns, requestedBy);
  const startedAtMs = new Map<string, number>();

  async function start(open: readonly DeletionRecord[]): Promise<void> {
    for (const [instance, deletions] of Map.groupBy(open, (one) => one.instance))
      await turns.take({ instance }, () => startOf(instance, deletions));
  }

  async function startOf(instance: InstanceId, deletions: readonly DeletionRecord[]): Promise<void> {
    const { runs, kept } = await carryOutDeletions(deps, instance, deletions, requestedBy);
    for (const facts of kept) logger.info({ instance, ...facts }, 'a copy that was expiring is kept after all');
    for (const wanted of runs) {
      const key = wanted.dedupeKey ?? '';
      const nowMs = clock.monotonicMs();
      if (nowMs - (startedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < betweenRunsMs) continue;
      const { run, created } = await catalog.runs.create(wanted);
      startedAtMs.set(key, nowMs);
      if (created) logger.info({ runId: run.id, region: run.region, instance, params: wanted.params }, 'copies are deleted');
    }
  }

  async function markIllegal(unwanted: Awaited<ReturnType<typeof illegal.find>>): Promise<void> {
    const wish = { purpose: 'residency' as const, wholePoint: false, request: null, requestedBy, dryRun: false };
    for (const { point, region, marked, verdict } of await planDeletions(deps, unwanted, wish)) {
      if (marked) logger.info({ recoveryPoint: point, region }, 'a copy where none may be expires');
      else
        logger.debug(
          { recoveryPoint: point, region, reasons: verdict.reasons.filter(({ allows }) => !allows) },
          'an illegal copy stays for now',
        );
    }
  }

  return async () => {
    await watch();
    for (const [instance, unwanted] of Map.groupBy(await illegal.find(), (one) => one.instance))
      await turns.take({ instance }, () => markIllegal(unwanted));
    await markExpired();
    for (let after = 0; ; ) {
      const open = await catalog.deletions.listOpen({ after, limit: page });
      await start(open);
      const last = open.at(-1);
      if (last === undefined || open.length < page) break;
      after = last.id;
    }
    turns.end();
    return 'done';
  };
}
