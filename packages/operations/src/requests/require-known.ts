import type { CatalogRegion, PointRecord } from '@cbcr/catalog';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { DecisionFacts } from '../decision-facts.ts';

/** Throws `region.not-found`. */
export function requireRegion({ regions }: Pick<DecisionFacts, 'regions'>, id: RegionId): CatalogRegion {
  const region = regions.find((candidate) => candidate.id === id);
  if (region === undefined) {
    throw new CbcrError('region.not-found', { region: id, known: regions.map((known) => known.id).join(', ') });
  }
  return region;
}

/** Throws `point.not-complete`. */
export function requireComplete(point: PointRecord): PointRecord {
  if (point.state !== 'complete') throw new CbcrError('point.not-complete', { point: point.id, state: point.state });
  return point;
}
