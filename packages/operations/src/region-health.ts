import type { Catalog } from '@cbcr/catalog';
import type { Clock, Region, RegionHealth, RegionId } from '@cbcr/domain';
import { assessRegionHealth } from '@cbcr/policy';

/** Computes the health of regions from what their workers last reported. Nothing stores it. */
export async function readRegionHealth({
  catalog,
  clock,
  regions,
  staleAfterMs,
  previous,
}: {
  catalog: Catalog;
  clock: Clock;
  regions: readonly Pick<Region, 'id'>[];
  staleAfterMs: number;
  /** What was known before, so that `since` survives while the state does. */
  previous?: ReadonlyMap<RegionId, RegionHealth>;
}): Promise<Map<RegionId, RegionHealth>> {
  const workers = (await catalog.workers.list()).map(({ region, lastSeenAt, store }) => ({
    region,
    lastSeenAt,
    storeOk: store.ok,
    storeReason: store.reason,
  }));
  const now = clock.now();
  return new Map(
    regions.map(({ id }) => [id, assessRegionHealth({ region: id, workers, now, staleAfterMs, previous: previous?.get(id) ?? null })]),
  );
}
