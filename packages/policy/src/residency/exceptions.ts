import type { ResidencyException } from '@cbcr/domain';
import type { PermissionQuestion } from './permission-rule.ts';

export interface FoundExceptions {
  /** The first by id that holds now. */
  readonly valid: ResidencyException | undefined;
  /** One that would have held before it expired. */
  readonly expired: ResidencyException | undefined;
}

/** Exceptions for this instance, region and purpose. One that names neither instances nor data classes is for nobody. */
export function findExceptions({ prepared, instance, region, purpose }: PermissionQuestion, now: Date): FoundExceptions {
  const naming = prepared.exceptions.filter(
    ({ instances, dataClasses, regions, purposes }) =>
      (instances !== undefined || dataClasses !== undefined) &&
      (instances?.includes(instance.id) ?? true) &&
      (dataClasses?.includes(instance.dataClass) ?? true) &&
      regions.includes(region.region.id) &&
      purposes.includes(purpose),
  );
  return { valid: naming.find(({ expires }) => now < expires), expired: naming.find(({ expires }) => now >= expires) };
}
