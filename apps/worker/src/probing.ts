import type { Catalog } from '@cbcr/catalog';
import { type Clock, type RegionId, toCbcrError } from '@cbcr/domain';
import type { Logger } from '@cbcr/telemetry';

/** How soon a region whose store is another one now, or did not answer, is tried again. */
const lookEveryMs = 10_000;

/**
 * Has the store of the region tried when the worker starts, and again whenever what the catalog knows of it is older than `everyMs` or gone: what
 * a store can do decides where copies go, and somebody may change a bucket at any time. Workers of one region share the work.
 */
export function startProbing(options: {
  catalog: Pick<Catalog, 'capabilities'>;
  clock: Clock;
  logger: Logger;
  region: RegionId;
  everyMs: number;
  probe(signal: AbortSignal): Promise<object>;
}): { stop(): Promise<void> } {
  const { catalog, clock, logger, region, everyMs, probe } = options;
  const stopping = new AbortController();

  const isDue = async () => {
    const known = (await catalog.capabilities.read()).get(region);
    return known === undefined || clock.now().getTime() - known.probedAt.getTime() >= everyMs;
  };
  const run = async () => {
    let isFirst = true;
    let trouble: string | null = null;
    while (!stopping.signal.aborted) {
      try {
        if (isFirst || (await isDue())) {
          logger.info({ region, found: await probe(stopping.signal) }, 'the store was probed');
          isFirst = false;
        }
        trouble = null;
      } catch (error) {
        const { message } = toCbcrError(error);
        if (!stopping.signal.aborted && message !== trouble) logger.warn({ region, cause: message }, 'the store could not be probed');
        trouble = message;
      }
      await clock.sleep(Math.min(lookEveryMs, everyMs), { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    async stop() {
      stopping.abort(new Error('the worker stops'));
      await ended;
    },
  };
}
