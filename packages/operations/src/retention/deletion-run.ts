import type { DeletionPurpose, InstanceId, RegionId } from '@cbcr/domain';

/** As many as one run of the kind `retention` takes. */
export const pointsOfRun = 50;

/** One such run at a time works on an instance in a region for one purpose: while it has not ended, another one joins it. */
export const deletionKey = (instance: InstanceId, region: RegionId, purpose: DeletionPurpose): string =>
  `delete.${instance}.${region}.${purpose}`;
