import type { InstanceId, Reason, RecoveryPointId, RegionId } from '@cbcr/domain';

/** What a repair is for. The caller knows which job kind serves a purpose. */
export type RepairPurpose = 'verify-copy' | 'make-copy';

/** A run that the desired state asks for. Asking again while it is active is harmless: the key says that it is the same. */
export interface WantedRun {
  purpose: RepairPurpose;
  instance: InstanceId;
  point: RecoveryPointId;
  /** Where the copy is or will be, and where the run happens. */
  region: RegionId;
  dedupeKey: string;
  reason: Reason;
}

/** At most one active run per purpose, point and region. Free of ':' so that it may serve as a queue's job id. */
export const repairKey = (purpose: RepairPurpose, point: RecoveryPointId, region: RegionId): string => `${purpose}.${point}.${region}`;
