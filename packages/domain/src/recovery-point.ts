import type { InstanceId, RecoveryPointId, RegionId, RunId } from './ids.ts';
import type { CopyRole, Reason } from './placement.ts';
import type { CopyState, PointState } from './transitions.ts';

export interface RecoveryPoint {
  id: RecoveryPointId;
  instance: InstanceId;
  run: RunId;
  state: PointState;
  engine: string;
  /** The moment that the capture shows: its snapshot, not its end. */
  capturedAt: Date;
  completedAt: Date | null;
  plaintextBytes: number;
  storedBytes: number;
  policyHash: string;
}

export interface Copy {
  point: RecoveryPointId;
  region: RegionId;
  role: CopyRole;
  state: CopyState;
  /** Why the copy is in this state; for a debt, what went wrong. */
  reason: Reason;
  /** When the copy entered this state; for a debt, since when it is owed. */
  since: Date;
  storedBytes: number;
  verifiedAt: Date | null;
  attempts: number;
  nextAttemptAt: Date | null;
}

/** A copy that the policy demands and that is not verified. */
export interface Debt {
  point: RecoveryPointId;
  region: RegionId;
  since: Date;
  reason: Reason;
  nextAttemptAt: Date | null;
}
