import type { CatalogInstance } from '@cbcr/catalog';
import type { Holding } from '@cbcr/domain';
import type { PlannedInstance, Situation } from '@cbcr/policy';
import type { ApiDependencies } from './http/routes/route.ts';

/** Points of this many instances are in memory at a time. */
const pageSize = 50;

/** What decides now, as the catalog knows it. */
export async function readSituation({ catalog, health, clock }: Pick<ApiDependencies, 'catalog' | 'health' | 'clock'>): Promise<Situation> {
  const [{ rulebook }, capabilities] = await Promise.all([catalog.rulebook.current(), catalog.capabilities.read()]);
  return { rulebook, capabilities, health: await health.read(rulebook.regions), now: clock.now() };
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

/** An instance as decisions see it. */
export function planned({ id, engine, home, dataClass, labels, policy, retiredAt }: CatalogInstance): PlannedInstance {
  return { id, engine, home, dataClass, labels, policy, retired: retiredAt !== null };
}
