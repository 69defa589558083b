import { hostname } from 'node:os';
import type { Catalog, WorkerReport } from '@cbcr/catalog';
import { type Clock, type RegionId, toCbcrError } from '@cbcr/domain';
import type { Logger } from '@cbcr/telemetry';
import type { StoreState } from './store-watch.ts';

export interface Reporter {
  /** The store's state as last reported. */
  state(): StoreState;
  /** Says goodbye, so that the region is not thought to have this worker. */
  stop(): Promise<void>;
}

const everyMs = 1_000;

/** Tells the catalog every second that this worker lives and whether its region's store answers: the only source of a region's health. */
export function startReporting(options: {
  catalog: Catalog;
  clock: Clock;
  logger: Logger;
  region: RegionId;
  workerId: string;
  version: string;
  look(): Promise<StoreState>;
}): Reporter {
  const { catalog, clock, logger, workerId } = options;
  const stopping = new AbortController();
  const identity = {
    id: workerId,
    region: options.region,
    host: hostname(),
    pid: process.pid,
    version: options.version,
    startedAt: clock.now(),
  };
  let state: StoreState = { ok: false, reason: 'not asked yet' };

  const reportOnce = async () => {
    const now = await options.look();
    if (now.ok !== state.ok) logger.info({ region: options.region, ...now }, 'the state of the store changed');
    state = now;
    const report: WorkerReport = { ...identity, store: now };
    await catalog.workers.heartbeat(report);
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      await reportOnce().catch((error: unknown) => logger.warn({ cause: toCbcrError(error).message }, 'the catalog could not be told'));
      await clock.sleep(everyMs, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    state: () => state,
    async stop() {
      stopping.abort(new Error('the worker stops'));
      await ended;
      await catalog.workers.remove(workerId).catch(() => undefined);
    },
  };
}
