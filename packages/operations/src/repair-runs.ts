import type { NewRun } from '@cbcr/catalog';
import type { Priority, RecoveryPointId, RegionId } from '@cbcr/domain';
import { type JobKindName, jobKinds } from '@cbcr/jobs';
import type { RepairPurpose, WantedRun } from '@cbcr/policy';

interface RepairKind {
  kind: JobKindName;
  params(point: RecoveryPointId, region: RegionId): unknown;
}

/** Which kind of job serves which purpose of the desired state. A purpose without a kind does not compile. */
const repairKinds: Record<RepairPurpose, RepairKind> = {
  'make-copy': {
    kind: jobKinds.replicate.name,
    params: (point, target) => jobKinds.replicate.params.parse({ point, target }),
  },
  'verify-copy': {
    kind: jobKinds.verify.name,
    params: (point, region) => jobKinds.verify.params.parse({ point, region }),
  },
};

/** The run that does what the plan wants, as the catalog creates it. */
export function describeRepairRun(
  { purpose, instance, point, region, dedupeKey }: WantedRun,
  requestedBy: string,
  priority?: Priority,
): NewRun {
  const { kind, params } = repairKinds[purpose];
  return { kind, region, instance, point, params: params(point, region), requestedBy, dedupeKey, priority };
}
