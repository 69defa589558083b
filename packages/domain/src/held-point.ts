import type { InstanceId, RecoveryPointId, RegionId, RunId } from './ids.ts';
import type { CopyState, PointState } from './transitions.ts';

/** A copy in as few words as decisions about a whole fleet need. Moments are milliseconds since 1970, in UTC. */
export interface HeldCopy {
  region: RegionId;
  state: CopyState;
  sinceMs: number;
  verifiedAtMs: number | null;
}

/** A recovery point with its copies. */
export interface HeldPoint {
  id: RecoveryPointId;
  state: PointState;
  capturedAtMs: number;
  completedAtMs: number | null;
  storedBytes: number;
  /** Keys that its data key is wrapped for; empty: it is not encrypted. Null or absent: not recorded when it was captured. */
  keyIds?: readonly string[] | null;
  /** At most one for each region. */
  copies: readonly HeldCopy[];
}

/** What an instance has to show: its points that are complete, expiring or deleted, newest capture first. */
export interface Holding {
  instance: InstanceId;
  points: readonly HeldPoint[];
}

/** A restore of an instance's point that came to its end: every byte was checked, and the engine found the target complete. */
export interface LastRestore {
  point: RecoveryPointId;
  run: RunId;
  /** Where it was restored. */
  region: RegionId;
  requestedAt: Date;
  finishedAt: Date;
  plaintextBytes: number;
}
