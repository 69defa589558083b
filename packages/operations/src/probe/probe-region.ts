import type { BlobStoreProbe } from '@cbcr/blobstore';
import type { RegionId } from '@cbcr/domain';
import type { OperationDependencies } from '../operation-dependencies.ts';
import { type MeasuredLatency, measureLinks } from './measure-links.ts';

/**
 * Tries the real store of the region and keeps in the catalog what was found. A store that cannot be used fails with its `store.*` error, and what
 * was known of it stays as it is, with its age. Then the other regions' stores are asked how far they are. Throws `region.not-found`.
 */
export async function probeRegion(
  deps: Pick<OperationDependencies, 'catalog' | 'openStore' | 'workerId' | 'clock'>,
  id: RegionId,
  signal: AbortSignal,
): Promise<BlobStoreProbe & { links: MeasuredLatency[] }> {
  const { catalog, openStore, workerId } = deps;
  for (;;) {
    signal.throwIfAborted();
    const region = await catalog.regions.get(id);
    const store = await openStore(region);
    const found = await store.probe({ signal });
    // Otherwise the region was given another store in the meantime: that one is to be tried.
    if (await catalog.capabilities.record(region, { ...found, worker: workerId })) {
      return { ...found, links: await measureLinks(deps, id, signal) };
    }
  }
}
