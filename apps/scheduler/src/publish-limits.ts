import type { Catalog } from '@cbcr/catalog';
import { readLimits } from '@cbcr/operations';
import type { LimitBook } from '@cbcr/throttle';

/** Tells all workers the limits that the catalog holds. Errors: catalog.unreachable, queue.unreachable. */
export async function publishLimits({ catalog, limitBook }: { catalog: Catalog; limitBook: LimitBook }) {
  const { revision, limits } = await readLimits(catalog);
  return { outcome: await limitBook.publish(limits, revision), revision, limits };
}
