import type { Catalog, CatalogInstance, CatalogRegion } from '@cbcr/catalog';
import {
  type Clock,
  hashPolicy,
  type InstanceId,
  type MeasuredLinks,
  type Placement,
  type RegionCapabilities,
  type RegionHealth,
  type RegionId,
  type Rulebook,
} from '@cbcr/domain';
import { type EffectivePolicy, getStorageRegions, type ResolvedPolicy, resolvePolicy } from '@cbcr/policy';
import { readRegionHealth } from './region-health.ts';
import type { TransferTuning } from './transfer-tuning.ts';

/** What the catalog says now about an instance and the places around it: the input of every decision. */
export interface DecisionFacts {
  instance: CatalogInstance;
  /** All policies that apply to the instance, as one. */
  policy: ResolvedPolicy;
  /** The same, with who said what. */
  effective: EffectivePolicy;
  policyHash: string;
  /** What is in force now. */
  rulebook: Rulebook;
  now: Date;
  /** Every region that cbcr.yaml lists, and those that it no longer lists (they may still hold copies). */
  regions: readonly CatalogRegion[];
  placement: Placement;
  /** What workers found in the stores. */
  capabilities: RegionCapabilities;
  /** What workers measured of the ways between regions. */
  links: MeasuredLinks;
  health: ReadonlyMap<RegionId, RegionHealth>;
}

/** Only listed regions can be placed; unlisted ones stay known, so that their copies can be read. */
export async function readDecisionFacts(
  { catalog, clock, tuning }: { catalog: Catalog; clock: Clock; tuning: Pick<TransferTuning, 'workerStaleMs'> },
  instanceId: InstanceId,
): Promise<DecisionFacts> {
  const [instance, { rulebook }, regions, capabilities, links] = await Promise.all([
    catalog.instances.get(instanceId),
    catalog.rulebook.current(),
    catalog.regions.list({ unlisted: true }),
    catalog.capabilities.read(),
    catalog.links.read(),
  ]);
  const health = await readRegionHealth({ catalog, clock, regions, staleAfterMs: tuning.workerStaleMs });
  const effective = resolvePolicy(rulebook, instance);
  const { policy } = effective;
  const now = clock.now();
  const placement = getStorageRegions({ rulebook, instance, policy, capabilities, now });
  return { instance, policy, effective, policyHash: hashDemands(policy), rulebook, now, regions, placement, capabilities, links, health };
}

/** Who said what is no demand. */
function hashDemands({ origins: _origins, ...demands }: ResolvedPolicy): string {
  return hashPolicy(demands);
}

/** The key that wraps data keys of the instance in a placed region: that of its policy for the region, else the region's own. */
export const keyIdOf = (facts: Pick<DecisionFacts, 'regions' | 'policy'>, region: RegionId): string | undefined =>
  facts.policy.encryption?.keys?.[region] ?? regionOf(facts, region).keyId;

/** The facts of one region. The id comes from a placement or a copy, so the region is known. */
export function regionOf({ regions }: Pick<DecisionFacts, 'regions'>, id: RegionId): CatalogRegion {
  const region = regions.find((candidate) => candidate.id === id);
  if (region === undefined) throw new RangeError(`${id} is not among the regions`);
  return region;
}
