import type { CatalogRegion, PointRecord } from '@cbcr/catalog';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { DecisionFacts } from '../decision-facts.ts';

/** A region that cbcr.yaml lists: nothing is written to one that it no longer names. Throws `region.not-found`. */
export function requireRegion({ regions }: Pick<DecisionFacts, 'regions'>, id: RegionId): CatalogRegion {
  const listed = regions.filter((region) => region.listed);
  const region = listed.find((candidate) => candidate.id === id);
  if (region === undefined) {
    throw new CbcrError('region.not-found', { region: id, known: listed.map((known) => known.id).join(', ') });
  }
  return region;
}

/** Throws `point.not-complete`. */
export function requireComplete(point: PointRecord): PointRecord {
  if (point.state !== 'complete') throw new CbcrError('point.not-complete', { point: point.id, state: point.state });
  return point;
}
