import type { Catalog } from '@cbcr/catalog';
import type { Clock, InstanceId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import { readStoreProtection, type TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import { createTurns } from './turns.ts';

interface ProtectionDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: Pick<TransferTuning, 'longestLockMs'>;
  logger: Logger;
}

const page = 50;
/** Whether a run did what it was made for. */
const lookAgainMs = 3_600_000;
/** A run of an earlier look is still at work, and may not see what has changed since. */
const lookAfterRunMs = 10_000;
/** What fails for one instance. */
const afterFailureMs = 60_000;

/**
 * Where holds and locks of copies are not what their stores were told: one run for each instance and region. Reads only instances for which somebody asked
 * (a hold, a new copy, other rules) or whose moment has come. Doing it twice creates nothing twice.
 */
export async function protectStores(deps: ProtectionDependencies): Promise<'again' | 'done'> {
  const { catalog, clock, logger } = deps;
  const looks = await catalog.protection.due(page);
  const turns = createTurns({ clock, logger });
  for (const look of looks)
    await turns.take({ instance: look.instance }, async () => {
      const nextAt = await protect(look.instance).catch(async (error: unknown) => {
        // Whoever is due longest is read first: it must not stand before the others for ever.
        await catalog.protection.settle(look, new Date(clock.now().getTime() + afterFailureMs));
        throw error;
      });
      await catalog.protection.settle(look, nextAt);
    });
  turns.end();
  return looks.length === page ? 'again' : 'done';

  /** When to look again. */
  async function protect(instance: InstanceId): Promise<Date | null> {
    const { steps, nextAt } = await readStoreProtection(deps, instance);
    const moments = nextAt === null ? [] : [nextAt.getTime()];
    for (const region of new Set(steps.map((step) => step.region))) {
      const dedupeKey = `hold:${instance}:${region}`;
      const params = jobKinds.hold.params.parse({ instance, region });
      const { run, created } = await catalog.runs.create({
        ...{ kind: jobKinds.hold.name, region, instance, params, requestedBy: 'scheduler', dedupeKey },
      });
      if (created) logger.info({ runId: run.id, region, instance }, 'a store has to be told of holds and locks');
      moments.push(clock.now().getTime() + (created ? lookAgainMs : lookAfterRunMs));
    }
    return moments.length === 0 ? null : new Date(Math.min(...moments));
  }
}
