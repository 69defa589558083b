import type { CatalogInstance } from '@cbcr/catalog';
import type { Instance, InstanceId } from '@cbcr/domain';
import type { PlannedInstance } from '@cbcr/policy';

/** An instance as decisions see it. */
export function planned({ id, engine, home, dataClass, labels, policy, retiredAt, formerly }: CatalogInstance): PlannedInstance {
  return { id, engine, home, dataClass, labels, policy, retired: retiredAt !== null, formerly };
}

/** As it would be once it is described otherwise: what it is now becomes what it was. */
export function describedAnew(now: PlannedInstance, next: Instance, at: Date): PlannedInstance {
  const { formerly = [], id: _id, retired: _retired, ...description } = now;
  return { ...next, retired: false, formerly: [...formerly, { ...description, endedAt: at }] };
}

/** An instance that the file brought and no longer names is retired; one that the API brought stays. */
export function asProposed(now: PlannedInstance, isOfFile: boolean, named: ReadonlyMap<InstanceId, Instance>): PlannedInstance {
  const instance = named.get(now.id);
  if (instance !== undefined) return { ...instance, retired: false, formerly: now.formerly };
  return isOfFile ? { ...now, retired: true } : now;
}
