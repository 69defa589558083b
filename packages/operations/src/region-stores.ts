import type { Region } from '@cbcr/domain';

/**
 * Opens each region's store, or its locker, once and keeps it. A region whose settings change in the catalog is opened anew, and the old store is
 * closed when the process ends: a run may still be using it.
 */
export function createRegionStores<Store extends { close(): Promise<void> }>(
  open: (region: Region) => Promise<Store>,
): {
  open(region: Region): Promise<Store>;
  close(): Promise<void>;
} {
  const stores = new Map<string, Promise<Store>>();
  return {
    open(region) {
      const settings = JSON.stringify([region.id, region.store]);
      const known = stores.get(settings);
      if (known !== undefined) return known;
      const opening = open(region);
      stores.set(settings, opening);
      // A secret that could not be resolved may be there the next time.
      opening.catch(() => stores.delete(settings));
      return opening;
    },
    async close() {
      const all = await Promise.allSettled(stores.values());
      await Promise.allSettled(all.map((store) => (store.status === 'fulfilled' ? store.value.close() : undefined)));
    },
  };
}
