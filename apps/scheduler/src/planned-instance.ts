import type { CatalogInstance } from '@cbcr/catalog';
import type { Instance, InstanceId } from '@cbcr/domain';
import type { PlannedInstance } from '@cbcr/policy';

/** An instance as decisions see it. */
export function planned({ id, engine, home, dataClass, labels, policy, retiredAt }: CatalogInstance): PlannedInstance {
  return { id, engine, home, dataClass, labels, policy, retired: retiredAt !== null };
}

/** An instance that the file brought and no longer names is retired; one that the API brought stays. */
export function asProposed(now: PlannedInstance, isOfFile: boolean, named: ReadonlyMap<InstanceId, Instance>): PlannedInstance {
  const instance = named.get(now.id);
  if (instance !== undefined) return { ...instance, retired: false };
  return isOfFile ? { ...now, retired: true } : now;
}
