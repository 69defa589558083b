import type { Catalog } from '@cbcr/catalog';
import type { Clock, Region, RegionHealth, RegionId } from '@cbcr/domain';
import { readRegionHealth } from '@cbcr/operations';

/** Region health as this process has seen it, so that `since` tells when a region went down or came back, not when somebody asked. */
export interface HealthMemory {
  read(regions: readonly Pick<Region, 'id'>[]): Promise<ReadonlyMap<RegionId, RegionHealth>>;
}

export function createHealthMemory(deps: { catalog: Catalog; clock: Clock; staleAfterMs: number }): HealthMemory {
  const previous = new Map<RegionId, RegionHealth>();
  return {
    async read(regions) {
      const now = await readRegionHealth({ ...deps, regions, previous });
      for (const [region, state] of now) previous.set(region, state);
      return now;
    },
  };
}
