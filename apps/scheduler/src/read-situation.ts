import type { CatalogInstance } from '@cbcr/catalog';
import type { Holding } from '@cbcr/domain';
import type { Situation } from '@cbcr/policy';
import type { ApiDependencies } from './http/routes/route.ts';
import { findUnlisted } from './keep-vanished-policies.ts';

/** Points of this many instances are in memory at a time. */
const pageSize = 50;

/** What decides now, as the catalog knows it. */
export async function readSituation({ catalog, health, clock }: Pick<ApiDependencies, 'catalog' | 'health' | 'clock'>): Promise<Situation> {
  const [{ rulebook }, regions, capabilities] = await Promise.all([
    catalog.rulebook.current(),
    catalog.regions.list({ unlisted: true }),
    catalog.capabilities.read(),
  ]);
  const unlisted = findUnlisted(regions, rulebook);
  return { rulebook, unlisted, capabilities, health: await health.read(rulebook.regions), now: clock.now() };
}

/** Instances with all that they hold, a page at a time, in the order given. */
export async function* readHoldings(
  { catalog }: Pick<ApiDependencies, 'catalog'>,
  instances: readonly CatalogInstance[],
): AsyncGenerator<{ instance: CatalogInstance; points: Holding['points'] }> {
  for (let first = 0; first < instances.length; first += pageSize) {
    const page = instances.slice(first, first + pageSize);
    const held = new Map((await catalog.holdings.list(page.map(({ id }) => id))).map(({ instance, points }) => [instance, points]));
    for (const instance of page) yield { instance, points: held.get(instance.id) ?? [] };
  }
}
