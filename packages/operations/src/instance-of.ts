import type { InstanceId, Run } from '@cbcr/domain';

/** The instance of a run whose kind always has one. */
export function instanceOf({ id, kind, instance }: Pick<Run, 'id' | 'kind' | 'instance'>): InstanceId {
  if (instance === null) throw new RangeError(`${id} is a ${kind} without an instance`);
  return instance;
}
