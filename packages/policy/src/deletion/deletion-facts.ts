import type {
  CopyState,
  DeletionPurpose,
  InstanceId,
  PointState,
  Reason,
  RecoveryPointId,
  RegionHealth,
  RegionId,
  RunId,
} from '@cbcr/domain';
import type { StoredPointVerdict } from '../garbage/judge-stored-point.ts';
import type { Permission } from '../residency/may-use.ts';

/** Another copy of the same point. */
interface OtherCopy {
  region: RegionId;
  state: CopyState;
  /** May the data be there? */
  legal: boolean;
  /** Whether this copy goes as well: it expires too, or the whole point was asked to go. */
  goes: boolean;
}

/** A run that has not ended and reads this copy, or makes another one from it. */
export interface CopyUser {
  id: RunId;
  kind: string;
}

/** Everything that the deletion gate asks about one copy, as it is now. */
export interface DeletionFacts {
  purpose: DeletionPurpose;
  /** `planning`: may it be marked? `execution`: may its bytes go now? Only the latter is answered with a permit. */
  stage: 'planning' | 'execution';
  now: Date;
  /** `retiredFrom`: from this moment on it counts as retired, which a mistake in a file may have brought about; null: it is live. */
  instance: { id: InstanceId; retiredFrom: Date | null };
  /** Null: the catalog does not know the point. */
  point: { id: RecoveryPointId; state: PointState; capturedAt: Date } | null;
  pointId: RecoveryPointId;
  region: RegionId;
  /** Null: the catalog knows of no copy here; only garbage can be. */
  copy: { state: CopyState; since: Date } | null;
  others: readonly OtherCopy[];
  /** What the rules of retention say about the copy now; null when nobody asked them. */
  retention: { verdict: 'keep' | 'expire'; reasons: readonly Reason[] } | null;
  /** Before this moment no rule and no person lets the copy go; null: no minimum. */
  minimumUntil: Date | null;
  /** May the data be in the region? */
  permission: Permission;
  /** Where the copies that the policy demands are not verified, or which demand is unmet; null: all is there. */
  owed: Reason | null;
  /** What the bucket and the catalog say about an attempt that died; null when it was not asked. */
  garbage: StoredPointVerdict | null;
  /** When the youngest object that nobody refers to was written; null: the store does not say, or it is no garbage. */
  garbageWrittenAt: Date | null;
  /** An earlier attempt began to delete it, so that its grace was over, and nothing is seen of it any more: older versions may be left. */
  garbageIsEnding?: boolean;
  /** Who asked for the deletion in person. */
  request: { by: string; reason: string } | null;
  /** Legal holds that cover the copy, those that were released lately included. */
  holds: readonly Reason[];
  /** Until when the store keeps the bytes; null: it does not lock them. */
  lockedUntil: Date | null;
  /** When the newest point of the instance that would still be good without this copy was captured; null: there would be none. */
  newestGoodWithout: Date | null;
  /** Its verified copies, when it is another point: at least one of them must be verified still when the deletion begins. */
  reliesOn?: readonly { point: RecoveryPointId; region: RegionId }[];
  /** Verified copies that must remain as long as the point does not go everywhere. */
  minimumCopies: number;
  /** Copies that are owed and can be made from this one alone. */
  dependents: readonly RegionId[];
  users: readonly CopyUser[];
  health: RegionHealth;
  /** Why the time cannot be trusted; null: it can. */
  clockDoubt: Reason | null;
  /** Between the mark and the bytes. */
  graceMs: number;
  /** Why so much at once is doubtful; null: it is not, or somebody confirmed it. */
  bulk: Reason | null;
}
