import type { CopyState, DeletionPurpose, InstanceId, Reason, RecoveryPointId, RegionId } from '@cbcr/domain';
import type { deletions } from '../schema/deletions.ts';
import type { CopyKey } from './copies.ts';
import type { RunWriter } from './fence.ts';

export interface NewDeletion extends CopyKey {
  instance: InstanceId;
  purpose: DeletionPurpose;
  wholePoint: boolean;
  requestedBy: string;
  requestReason: string | null;
  reasons: readonly Reason[];
}

export type DeletionRecord = Omit<
  typeof deletions.$inferSelect,
  'pointId' | 'regionId' | 'instanceId' | 'runId' | 'runEpoch' | 'contested' | 'markedIn'
> &
  CopyKey & { instance: InstanceId };

/** What the gate was told: if it is no longer so, it is asked again. */
export interface SeenFacts {
  copies: readonly { region: RegionId; state: CopyState }[];
  /** Other runs that work with the point. */
  users: number;
  /** Of {@link DeletionQueries.deciding}, from before anything else was read. */
  deciding: string;
  /** Verified copies of another point without which this would be the last good one: one of them at least is verified still. Empty: it is not asked for. */
  reliesOn?: readonly CopyKey[] | undefined;
}

/** How far the bytes of a copy have gone. Every write names the run and its epoch. */
export interface DeletionQueries {
  /**
   * The copy expires from now on, in the catalog alone, and its point with its last copy; `seen` is its state when the gate was asked. False, and
   * nothing happens, when it is in another state now. Doing it twice is harmless.
   */
  mark(deletion: NewDeletion, seen: CopyState): Promise<boolean>;
  /** The copy stays after all: `stored` where it was whole when it was marked, otherwise `failed`. False when its deletion has begun: then it cannot. */
  undo(copy: CopyKey, actor: string, reasons: readonly Reason[]): Promise<boolean>;
  /** Deletions that were planned and have neither ended nor been undone, oldest first. */
  listOpen(filter?: {
    region?: RegionId;
    instance?: InstanceId | undefined;
    after?: number;
    limit?: number;
    points?: readonly RecoveryPointId[];
  }): Promise<DeletionRecord[]>;
  /** Deletions that were planned or under way at some moment of the period (`to` is not part of it), whatever became of them, oldest first. */
  listWithin(filter: {
    from?: Date | undefined;
    to?: Date | undefined;
    instance?: InstanceId | undefined;
    after?: number;
    limit?: number;
  }): Promise<DeletionRecord[]>;
  /** Every deletion of the point there ever was, oldest first. */
  listOf(point: RecoveryPointId): Promise<DeletionRecord[]>;
  /**
   * A word that changes whenever a hold is placed, the rulebook gets a version, or the instance becomes one that other rules and holds select. Read it
   * before the facts of the gate.
   */
  deciding(instance: InstanceId): Promise<string>;
  /**
   * The point of no return: from here on bytes may be gone. Locks the point, its copies and what decides about them; false when anything is not as the
   * gate saw it. A hold is either seen by this or placed after it. What an attempt left behind is planned by this too.
   */
  begin(deletion: NewDeletion, writer: RunWriter, seen: SeenFacts): Promise<boolean>;
  manifestGone(copy: CopyKey, writer: RunWriter): Promise<void>;
  /** Adds to what was deleted so far. */
  count(copy: CopyKey, writer: RunWriter, versions: number, bytes: number): Promise<void>;
  /** What is left of an attempt that died stays after all, whatever is gone of it already. Of garbage alone: a copy is never left half. */
  leave(copy: CopyKey, writer: RunWriter, reasons: readonly Reason[]): Promise<void>;
  /** A listing showed that nothing is left: the copy is deleted, and its point with its last copy, and the audit trail says so, all at once. */
  finish(copy: CopyKey, writer: RunWriter, reasons: readonly Reason[]): Promise<void>;
  /**
   * What was marked within the last hour by the rules in the regions, of how many instances, whether it is gone already or not; and what lies there with what of
   * it is gone (counted at most every ten minutes).
   */
  tally(regions: readonly RegionId[]): Promise<ReadonlyMap<RegionId, { copies: number; lately: number; instances: number }>>;
  /** By `point/region`: until when the store locks the copy, where it does. */
  locksOf(points: readonly RecoveryPointId[]): Promise<ReadonlyMap<string, Date>>;
  /** For the audit trail: the gate refused. */
  deny(copy: CopyKey, actor: string, purpose: DeletionPurpose, reasons: readonly Reason[]): Promise<void>;
}
