import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Clock, type Instance, isSamePlace, type Purpose, type Reason, type Region } from '@cbcr/domain';
import { mayUse, resolvePolicy } from '@cbcr/policy';

export interface GuardSources {
  catalog: Catalog;
  /** Residency exceptions end. */
  clock: Clock;
}

/** A region, and where its store was for whoever writes into it; without it only the region is asked about. */
export type GuardedRegion = Pick<Region, 'id'> & Partial<Pick<Region, 'store'>>;

const storeMoved = 'store-moved';

/**
 * Asks the catalog, not an earlier answer: the policy or the region may have changed since the run was planned. Called just before the first
 * byte and again before the manifest, because nothing may be written outside the allowed set at the time of the write (I1).
 */
export async function findObjection(
  { catalog, clock }: GuardSources,
  { id }: Pick<Instance, 'id'>,
  { id: regionId, store }: GuardedRegion,
  purpose: Purpose,
): Promise<Reason | null> {
  const [instance, { rulebook }, region] = await Promise.all([
    catalog.instances.get(id),
    catalog.rulebook.current(),
    catalog.regions.get(regionId),
  ]);
  if (store !== undefined && !isSamePlace(store, region.store)) {
    return { rule: storeMoved, text: `the store of ${regionId} is another one now` };
  }
  const { policy, applying } = resolvePolicy(rulebook, instance);
  if (applying.length === 0) return { rule: 'no-policy', text: `no policy applies to ${id}` };
  const { allowed, reason } = mayUse({ rulebook, instance, policy, region, purpose, now: clock.now() });
  return allowed ? null : reason;
}

/** As {@link findObjection}, but throws `placement.region-forbidden`, or `store.moved`. */
export async function requireAllowedRegion(
  sources: GuardSources,
  instance: Pick<Instance, 'id'>,
  region: GuardedRegion,
  purpose: Purpose,
): Promise<void> {
  const objection = await findObjection(sources, instance, region, purpose);
  if (objection === null) return;
  if (objection.rule === storeMoved) throw new CbcrError('store.moved', { region: region.id });
  throw new CbcrError('placement.region-forbidden', { region: region.id, instance: instance.id, cause: objection.text });
}
