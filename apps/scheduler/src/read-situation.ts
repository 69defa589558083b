import type { CatalogInstance } from '@cbcr/catalog';
import type { Holding } from '@cbcr/domain';
import type { Situation } from '@cbcr/policy';
import type { ApiDependencies } from './http/routes/route.ts';
import { findUnlisted } from './keep-vanished-policies.ts';

/** What decides now, as the catalog knows it. */
export async function readSituation({ catalog, health, clock }: Pick<ApiDependencies, 'catalog' | 'health' | 'clock'>): Promise<Situation> {
  const [{ rulebook }, regions, capabilities, restores] = await Promise.all([
    catalog.rulebook.current(),
    catalog.regions.list({ unlisted: true }),
    catalog.capabilities.read(),
    catalog.restores.last(),
  ]);
  const unlisted = findUnlisted(regions, rulebook);
  return { rulebook, unlisted, capabilities, restores, health: await health.read(rulebook.regions), now: clock.now() };
}

/** Instances with all that they hold, in the order given. */
export async function* readHoldings(
  { catalog }: Pick<ApiDependencies, 'catalog'>,
  instances: readonly CatalogInstance[],
): AsyncGenerator<{ instance: CatalogInstance; points: Holding['points'] }> {
  const known = new Map(instances.map((instance) => [instance.id, instance]));
  for await (const { instance: id, points } of catalog.holdings.stream(instances.map((instance) => instance.id))) {
    const instance = known.get(id);
    if (instance !== undefined) yield { instance, points };
  }
}
