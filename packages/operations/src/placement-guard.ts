import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Instance, type Reason, type RegionId } from '@cbcr/domain';
import { isRegionAllowed } from '@cbcr/policy';

/**
 * Asks the catalog, not an earlier answer: the policy or the region may have changed since the run was planned. Called just before the first
 * byte and again before the manifest, because nothing may be written outside the allowed set at the time of the write (I1).
 */
export async function findObjection(catalog: Catalog, instance: Pick<Instance, 'id'>, regionId: RegionId): Promise<Reason | null> {
  const [{ policy: policyId }, region] = await Promise.all([catalog.instances.get(instance.id), catalog.regions.get(regionId)]);
  if (!region.listed) return { rule: 'region-not-listed', text: `${regionId} is no longer among the configured regions` };
  const { policy } = await catalog.policies.get(policyId);
  const { allowed, reason } = isRegionAllowed(policy, region);
  return allowed ? null : reason;
}

/** As {@link findObjection}, but throws `placement.region-forbidden`. */
export async function requireAllowedRegion(catalog: Catalog, instance: Pick<Instance, 'id'>, region: RegionId): Promise<void> {
  const objection = await findObjection(catalog, instance, region);
  if (objection !== null) throw new CbcrError('placement.region-forbidden', { region, instance: instance.id, cause: objection.text });
}
