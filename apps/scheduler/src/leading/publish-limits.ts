import type { Catalog } from '@cbcr/catalog';
import type { Logger } from '@cbcr/telemetry';
import type { LimitBook } from '@cbcr/throttle';
import { publishLimits } from '../publish-limits.ts';

/**
 * Publishes the bandwidth limits of the catalog to all workers. Repeated by the leader although nothing changed: Redis may forget, and
 * timetables of windows reach only so far ahead.
 */
export function createLimitPublisher({ catalog, limitBook, logger }: { catalog: Catalog; limitBook: LimitBook; logger: Logger }) {
  let publishedRevision: number | null = null;
  return async (): Promise<'done'> => {
    const { outcome, revision, limits } = await publishLimits({ catalog, limitBook });
    if (outcome === 'superseded')
      logger.warn({ revision }, 'Redis has newer bandwidth limits than the catalog: does another installation use it');
    else if (revision !== publishedRevision) logger.info({ revision, limits: Object.keys(limits) }, 'bandwidth limits published');
    publishedRevision = revision;
    return 'done';
  };
}
