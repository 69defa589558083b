import type { Catalog } from '@cbcr/catalog';
import { CbcrError, type Clock, type Instance } from '@cbcr/domain';
import { decide } from '@cbcr/policy';

/**
 * Protects an instance. Throws `policy.none-applies` when no policy in force at that moment applies, `lock.no-length` when a lock that they demand would lock
 * nothing, and what `catalog.instances.add` throws.
 */
export async function addInstance(
  { catalog, clock }: { catalog: Pick<Catalog, 'instances' | 'capabilities'>; clock: Clock },
  instance: Instance,
  actor: string,
): Promise<void> {
  const capabilities = await catalog.capabilities.read();
  await catalog.instances.add(instance, actor, (rulebook) => {
    const { hasPolicy, unboundedLocks } = decide({ rulebook, capabilities, health: new Map(), now: clock.now() }, instance);
    if (unboundedLocks.length > 0) throw new CbcrError('lock.no-length', { instance: instance.id, regions: unboundedLocks.join(', ') });
    if (instance.policy !== undefined || hasPolicy) return;
    const known = rulebook.policies.map(({ id }) => id).join(', ') || 'none';
    throw new CbcrError('policy.none-applies', { instance: instance.id, known });
  });
}
