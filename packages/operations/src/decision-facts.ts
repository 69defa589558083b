import type { Catalog, CatalogInstance, CatalogRegion } from '@cbcr/catalog';
import type { Clock, InstanceId, Placement, Policy, RegionHealth, RegionId, Rulebook } from '@cbcr/domain';
import { getStorageRegions } from '@cbcr/policy';
import { readRegionHealth } from './region-health.ts';
import type { TransferTuning } from './transfer-tuning.ts';

/** What the catalog says now about an instance and the places around it: the input of every decision. */
export interface DecisionFacts {
  instance: CatalogInstance;
  policy: Policy;
  policyHash: string;
  /** What an administrator says; regions that cbcr.yaml lists are its regions. */
  rulebook: Rulebook;
  now: Date;
  /** Every region that cbcr.yaml lists, and those that it no longer lists (they may still hold copies). */
  regions: readonly CatalogRegion[];
  placement: Placement;
  health: ReadonlyMap<RegionId, RegionHealth>;
}

/** Only listed regions can be placed; unlisted ones stay known, so that their copies can be read. */
export async function readDecisionFacts(
  { catalog, clock, tuning }: { catalog: Catalog; clock: Clock; tuning: Pick<TransferTuning, 'workerStaleMs'> },
  instanceId: InstanceId,
): Promise<DecisionFacts> {
  const instance = await catalog.instances.get(instanceId);
  const [{ policy, hash }, regions] = await Promise.all([catalog.policies.get(instance.policy), catalog.regions.list({ unlisted: true })]);
  const health = await readRegionHealth({ catalog, clock, regions, staleAfterMs: tuning.workerStaleMs });
  const rulebook = rulebookOf(regions.filter((region) => region.listed));
  const now = clock.now();
  const placement = getStorageRegions({ rulebook, instance, policy, now });
  return { instance, policy, policyHash: hash, rulebook, now, regions, placement, health };
}

const rulebookOf = (regions: Rulebook['regions']): Rulebook => ({
  regions,
  jurisdictions: {},
  links: [],
  engines: {},
  policies: [],
  residency: [],
  exceptions: [],
  compliance: { frameworks: [] },
});

/** The facts of one region. The id comes from a placement or a copy, so the region is known. */
export function regionOf({ regions }: Pick<DecisionFacts, 'regions'>, id: RegionId): CatalogRegion {
  const region = regions.find((candidate) => candidate.id === id);
  if (region === undefined) throw new RangeError(`${id} is not among the regions`);
  return region;
}
