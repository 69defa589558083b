import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Clock, type Instance, type Rulebook } from '@cbcr/domain';
import { mayUse, resolvePolicy } from '@cbcr/policy';
import { keepVanishedPolicies } from './keep-vanished-policies.ts';

/**
 * Refuses a rulebook under which an instance had no policy at all, or under which no verified copy that it has now could stay where it is
 * (unless `force`). What counts is copies that exist and were verified. Throws `policy.change-refused`.
 */
export async function refuseLosses(
  { catalog, clock }: { catalog: Catalog; clock: Clock },
  wanted: { rulebook: Rulebook; instances: readonly Instance[]; force: boolean },
): Promise<void> {
  const now = clock.now();
  const [{ rulebook: before }, known, places, regions] = await Promise.all([
    catalog.rulebook.current(),
    catalog.instances.list({ retired: true }),
    catalog.rulebook.listVerifiedPlaces(),
    catalog.regions.list({ unlisted: true }),
  ]);
  const after = keepVanishedPolicies(before, wanted.rulebook);
  const instances = new Map([...known.filter(({ retiredAt }) => retiredAt === null), ...wanted.instances].map((one) => [one.id, one]));

  const uncovered = [...instances.values()].filter((instance) => resolvePolicy(after, instance).applying.length === 0);
  if (uncovered.length > 0)
    throw new CbcrError('policy.change-refused', { cause: `no policy would apply to ${listNames(uncovered.map(({ id }) => id))}` });
  if (wanted.force) return;

  const lost = places.filter(({ instance: id, regions: holding }) => {
    const instance = instances.get(id) ?? known.find((candidate) => candidate.id === id);
    if (instance === undefined) return false;
    const hasLegal = (rulebook: Rulebook) => {
      const { policy } = resolvePolicy(rulebook, instance);
      return holding.some((name) => {
        const region = rulebook.regions.find((candidate) => candidate.id === name) ?? regions.find((candidate) => candidate.id === name);
        return region !== undefined && mayUse({ rulebook, instance, policy, region, purpose: 'data', now, existing: true }).allowed;
      });
    };
    return hasLegal(before) && !hasLegal(after);
  });
  if (lost.length > 0) {
    const cause = lost.map(({ instance, regions: holding }) => `${instance} (verified copies in ${holding.join(', ')})`);
    throw new CbcrError('policy.change-refused', { cause: `it would leave no legal verified copy of ${listNames(cause)}` });
  }
}

const shown = 10;
const listNames = (names: readonly string[]): string =>
  names.length <= shown ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
