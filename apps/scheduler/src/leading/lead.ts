import type { Catalog, Leadership } from '@cbcr/catalog';
import { type Clock, toCbcrError } from '@cbcr/domain';
import type { JobKindName, Queues } from '@cbcr/jobs';
import type { TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import type { LimitBook } from '@cbcr/throttle';
import type { HealthMemory } from '../health-memory.ts';
import { createGarbageCollection } from './collect-garbage.ts';
import { createExpiry } from './delete-expired.ts';
import { runDueSchedules } from './due-schedules.ts';
import { startLoop } from './loop.ts';
import { protectStores } from './protect-stores.ts';
import { createLimitPublisher } from './publish-limits.ts';
import { createReconciler } from './reconcile.ts';
import { relayWakeUps } from './relay.ts';
import { reviewRetention } from './review-retention.ts';
import { createVerification } from './verify-again.ts';

export interface LeadingDependencies {
  catalog: Catalog;
  limitBook: LimitBook;
  queues: Queues<JobKindName>;
  clock: Clock;
  tuning: TransferTuning;
  health: HealthMemory;
  logger: Logger;
}

export interface Leader {
  isLeading(): boolean;
  configChanged(): void;
  /** Resolves when the loops have ended and the leadership is free for another scheduler. */
  stop(): Promise<void>;
}

/** How soon another scheduler takes over once the server has freed the lock. */
const retryLeadMs = 1_000;
const roundMs = 1_000;
const garbageRoundMs = 30_000;
const silentWorkerMs = 24 * 3_600_000;

/**
 * One scheduler leads, through an advisory lock of the catalog; the others stand by and serve the API. Losing the lock stops the loops; should
 * two lead for a moment, nothing happens twice, because every round is idempotent.
 */
export function startLeading(deps: LeadingDependencies): Leader {
  const { catalog, clock, logger } = deps;
  const stopping = new AbortController();
  let configChanged = () => {};
  let leading = false;

  const campaign = async () => {
    while (!stopping.signal.aborted) {
      const leadership = await tryToLead(deps);
      if (leadership !== null) {
        leading = true;
        logger.info({}, 'this scheduler leads');
        await lead(deps, AbortSignal.any([stopping.signal, leadership.signal]), (listener) => {
          configChanged = listener;
        });
        leading = false;
        await leadership.release();
        logger.info({}, 'this scheduler no longer leads');
      }
      await clock.sleep(retryLeadMs, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = campaign();
  return {
    isLeading: () => leading,
    configChanged: () => configChanged(),
    async stop() {
      stopping.abort(new Error('the scheduler stops'));
      await ended;
    },
  };

  async function lead({ health }: LeadingDependencies, signal: AbortSignal, onConfigChange: (listener: () => void) => void) {
    const reconciler = createReconciler({ ...deps, health });
    const loop = (name: string, round: () => Promise<'again' | 'done'>) =>
      startLoop({ name, intervalMs: roundMs, clock, logger, signal, round });
    const relay = loop('relay', () => relayWakeUps(deps));
    const schedules = loop('schedules', () => runDueSchedules(deps));
    const reconcile = loop('reconcile', reconciler.round);
    const limits = loop('limits', createLimitPublisher(deps));
    const retention = loop('retention', () => reviewRetention(deps));
    const expiry = loop('expiry', createExpiry(deps));
    const protection = loop('protection', () => protectStores(deps));
    const verification = loop('verification', createVerification(deps));
    const garbage = startLoop({
      ...{ name: 'garbage', intervalMs: garbageRoundMs, clock, logger, signal },
      round: createGarbageCollection(deps),
    });
    const tidy = startLoop({
      name: 'tidy',
      intervalMs: 3_600_000,
      clock,
      logger,
      signal,
      round: async () => {
        await catalog.workers.removeSilent(new Date(clock.now().getTime() - silentWorkerMs));
        return 'done';
      },
    });
    onConfigChange(() => {
      reconciler.configChanged();
      reconcile.knock();
      schedules.knock();
    });
    const stopListening = [
      catalog.listen('outbox', { onNotification: relay.knock, onListening: relay.knock }),
      catalog.listen('points', { onNotification: reconcile.knock, onListening: reconcile.knock }),
      catalog.listen('limits', { onNotification: limits.knock, onListening: limits.knock }),
    ];
    await Promise.all([
      relay.ended,
      schedules.ended,
      reconcile.ended,
      limits.ended,
      retention.ended,
      expiry.ended,
      protection.ended,
      verification.ended,
      garbage.ended,
      tidy.ended,
    ]);
    for (const stop of stopListening) stop();
  }
}

async function tryToLead({ catalog, logger }: LeadingDependencies): Promise<Leadership | null> {
  try {
    return await catalog.tryLead('scheduler');
  } catch (error) {
    logger.warn({ cause: toCbcrError(error).message }, 'the catalog cannot be asked for the leadership');
    return null;
  }
}
