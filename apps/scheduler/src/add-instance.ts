import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Instance } from '@cbcr/domain';
import { resolvePolicy } from '@cbcr/policy';

/** Protects an instance. Throws `policy.none-applies` when no policy in force at that moment applies, and what `catalog.instances.add` throws. */
export async function addInstance({ catalog }: { catalog: Pick<Catalog, 'instances'> }, instance: Instance, actor: string): Promise<void> {
  await catalog.instances.add(instance, actor, (rulebook) => {
    if (instance.policy !== undefined || resolvePolicy(rulebook, instance).applying.length > 0) return;
    const known = rulebook.policies.map(({ id }) => id).join(', ') || 'none';
    throw new CbcrError('policy.none-applies', { instance: instance.id, known });
  });
}
