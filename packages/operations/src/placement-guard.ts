import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Clock, type Instance, type Purpose, type Reason, type RegionId } from '@cbcr/domain';
import { mayUse, resolvePolicy } from '@cbcr/policy';

export interface GuardSources {
  catalog: Catalog;
  /** Residency exceptions end. */
  clock: Clock;
}

/**
 * Asks the catalog, not an earlier answer: the policy or the region may have changed since the run was planned. Called just before the first
 * byte and again before the manifest, because nothing may be written outside the allowed set at the time of the write (I1).
 */
export async function findObjection(
  { catalog, clock }: GuardSources,
  { id }: Pick<Instance, 'id'>,
  regionId: RegionId,
  purpose: Purpose,
): Promise<Reason | null> {
  const [instance, { rulebook }, region] = await Promise.all([
    catalog.instances.get(id),
    catalog.rulebook.current(),
    catalog.regions.get(regionId),
  ]);
  const { policy, applying } = resolvePolicy(rulebook, instance);
  if (applying.length === 0) return { rule: 'no-policy', text: `no policy applies to ${id}` };
  const { allowed, reason } = mayUse({ rulebook, instance, policy, region, purpose, now: clock.now() });
  return allowed ? null : reason;
}

/** As {@link findObjection}, but throws `placement.region-forbidden`. */
export async function requireAllowedRegion(
  sources: GuardSources,
  instance: Pick<Instance, 'id'>,
  region: RegionId,
  purpose: Purpose,
): Promise<void> {
  const objection = await findObjection(sources, instance, region, purpose);
  if (objection !== null) throw new CbcrError('placement.region-forbidden', { region, instance: instance.id, cause: objection.text });
}
