import {
  CbcrError,
  type Copy,
  type CopyRole,
  type Debt,
  type InstanceId,
  type Reason,
  type RecoveryPointId,
  type RegionId,
  type StoreSpec,
} from '@cbcr/domain';
import { and, asc, count, eq, isNotNull } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor, QueryContext } from '../query-context.ts';
import { deletions } from '../schema/deletions.ts';
import { copies, recoveryPoints } from '../schema/points.ts';

import { insertCopyEvents } from './audit-copies.ts';
import { type CopyAt, type CopyChange, changeCopy, lockCopyWithDemand, owed } from './change-copy.ts';
import { type RunWriter, requireHeldRun } from './fence.ts';
import { openDeletionOf } from './open-deletion.ts';
import { toCopy } from './point-record.ts';
import { requireStore } from './regions.ts';
import { askForReview, ofPoint } from './retention-due.ts';

export interface CopyKey {
  point: RecoveryPointId;
  region: RegionId;
}
/** In whose name the control plane changes copies. */
const controlPlane = 'scheduler';

/** A write made for a run; refused with `run.lost` unless the run is held at `epoch`. */
export type FencedCopy = CopyKey & RunWriter & { reason: Reason };

/**
 * All throw `run.transition-refused` for a change that the table of `@cbcr/domain` forbids, and `copy.not-found`. Repeating a change
 * that was made already is harmless.
 */
export interface CopyQueries {
  /**
   * Throws `copy.being-deleted` as long as bytes of the point are going there, and `copy.deleted-lately` for a while afterwards when more than one start of
   * runs deleted them.
   */
  startCopying(copy: FencedCopy): Promise<Copy>;
  /** All bytes are there; nobody has read them back yet. A copy that is verified stays so. */
  markStored(copy: FencedCopy & { storedBytes: number }): Promise<Copy>;
  /** The bytes were read back from the store `seenIn` and are right. Throws `store.moved` when the region has another store by now. */
  markVerified(copy: FencedCopy & { seenIn: StoreSpec }): Promise<Copy>;
  /** Burns an attempt of the copy. */
  markFailed(copy: FencedCopy & { nextAttemptAt: Date | null }): Promise<Copy>;
  /** The copy may not or cannot be made now; says why. Costs no attempt. */
  markBlocked(copy: FencedCopy & { nextAttemptAt: Date | null }): Promise<Copy>;

  /** Control plane: the policy demands copies that do not exist yet. Those that exist are left alone. */
  plan(point: RecoveryPointId, wanted: readonly { region: RegionId; role: CopyRole; reason: Reason }[]): Promise<void>;
  /** Control plane: records why the copy is still owed. Refused while a live run writes the copy, and for verified copies. */
  owe(copy: CopyKey & { state: 'failed' | 'blocked' | 'planned'; reason: Reason; nextAttemptAt: Date | null }): Promise<Copy>;
  /** Control plane: keeps the state; says when the reconciler shall look again, and why not earlier. */
  postpone(copy: CopyKey & { reason: Reason; nextAttemptAt: Date | null }): Promise<Copy>;
  /** Control plane: a verified copy must be verified again. */
  askVerification(copy: CopyKey & { reason: Reason }): Promise<Copy>;

  list(point: RecoveryPointId): Promise<Copy[]>;
  /** Copies of complete points that are demanded and not verified, the oldest debt first. */
  debts(filter?: { instance?: InstanceId; limit?: number }): Promise<Debt[]>;
  /** How many copies each region owes; a region that owes none is missing. */
  countDebts(): Promise<ReadonlyMap<RegionId, number>>;
}

export function createCopyQueries({ clock, attempt, transact }: QueryContext): CopyQueries {
  type Decide = (before: Copy) => CopyChange | null;
  interface Around {
    before?: (tx: Executor) => Promise<void>;
    afterRun?: (tx: Executor) => Promise<void>;
  }
  /** Locks, decides, changes, tells. The decision sees the copy as it is; null leaves it so. */
  const change = (key: CopyKey, writer: RunWriter | null, decide: Decide, { before, afterRun }: Around = {}) => {
    const now = clock.now();
    return transact(async (tx) => {
      await before?.(tx);
      // The run before the copy, as everywhere, so that two writers never wait for each other.
      if (writer !== null) await requireHeldRun(tx, writer.run, writer.epoch);
      await afterRun?.(tx);
      const at: CopyAt = { point: key.point, region: key.region, writer, now };
      const { copy: locked, demanded } = await lockCopyWithDemand(tx, at);
      const wanted = decide(locked);
      if (wanted === null) return locked;
      const after = await changeCopy(tx, at, wanted);
      // Only verified copies count among those that are kept: one more or less may decide about others.
      if ((locked.state === 'verified') !== (after.state === 'verified')) await askForReview(tx, now, ofPoint(key.point));
      const actor = writer === null ? controlPlane : `run:${writer.run}`;
      if (demanded) await insertCopyEvents(tx, { at: now, actor, before: locked, after });
      await notify(tx, 'points', key.point);
      return after;
    });
  };
  const fenced = ({ point, region, run, epoch }: FencedCopy, decide: Decide, around?: Around) =>
    change({ point, region }, { run, epoch }, decide, around);

  return {
    startCopying: (copy) =>
      fenced(copy, () => ({ state: 'copying', reason: copy.reason, nextAttemptAt: null }), {
        afterRun: (tx) => refuseWhileDeleting(tx, copy, clock.now()),
      }),
    markStored: (copy) =>
      fenced(copy, (before) =>
        before.state === 'verified' || before.state === 'stored'
          ? null
          : { state: 'stored', reason: copy.reason, storedBytes: copy.storedBytes, nextAttemptAt: null },
      ),
    markVerified: (copy) =>
      fenced(
        copy,
        () => ({ state: 'verified', reason: copy.reason, verifiedAt: clock.now(), attempts: 0, nextAttemptAt: null }),
        // The region before run and copy, as where a store is changed.
        { before: (tx) => requireStore(tx, copy.region, copy.seenIn) },
      ),
    markFailed: (copy) =>
      fenced(copy, (before) => ({
        state: 'failed',
        reason: copy.reason,
        attempts: before.attempts + 1,
        nextAttemptAt: copy.nextAttemptAt,
      })),
    markBlocked: (copy) => fenced(copy, () => ({ state: 'blocked', reason: copy.reason, nextAttemptAt: copy.nextAttemptAt })),

    async plan(point, wanted) {
      const now = clock.now();
      if (wanted.length > 0) await transact((tx) => insertPlanned(tx, now, point, wanted));
    },
    owe: ({ state, reason, nextAttemptAt, ...key }) => change(key, null, () => ({ state, reason, nextAttemptAt })),
    postpone: ({ reason, nextAttemptAt, ...key }) => change(key, null, (before) => ({ state: before.state, reason, nextAttemptAt })),
    askVerification: ({ reason, ...key }) =>
      change(key, null, (before) => (before.state === 'stored' ? null : { state: 'stored', reason, nextAttemptAt: null })),

    list: (point) =>
      attempt(async (db) => {
        const rows = await db.select().from(copies).where(eq(copies.pointId, point)).orderBy(asc(copies.role), asc(copies.regionId));
        return rows.map(toCopy);
      }),
    debts: ({ instance, limit = 100 } = {}) =>
      attempt((db) =>
        db
          .select({
            point: copies.pointId,
            region: copies.regionId,
            since: copies.since,
            reason: copies.reason,
            nextAttemptAt: copies.nextAttemptAt,
          })
          .from(copies)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, copies.pointId))
          .where(
            and(owed, eq(recoveryPoints.state, 'complete'), instance === undefined ? undefined : eq(recoveryPoints.instanceId, instance)),
          )
          .orderBy(asc(copies.since), asc(copies.pointId), asc(copies.regionId))
          .limit(limit),
      ),
    countDebts: () =>
      attempt(async (db) => {
        const rows = await db
          .select({ region: copies.regionId, owed: count() })
          .from(copies)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, copies.pointId))
          .where(and(owed, eq(recoveryPoints.state, 'complete')))
          .groupBy(copies.regionId);
        return new Map(rows.map((row) => [row.region, row.owed]));
      }),
  };
}

/**
 * So long after a deletion on which more than one start of runs worked, an earlier one may still remove what a copy that is made meanwhile consists of: a worker
 * that was stopped just before it sent its request. It sends none later than 20 seconds after it was known to hold its run (`erase-fence` of the operations), and
 * S3 takes none whose signature is older than 15 minutes, by a machine's clock that may be 15 minutes fast. The rest is margin.
 */
const afterContestedMs = 35 * 60_000;

/**
 * A deletion begins under the lock of the point, and so does this: either it is seen here, or it sees the copy that is being made. The copy itself may be
 * younger than the deletion of what an earlier attempt left.
 */
async function refuseWhileDeleting(tx: Executor, { point, region }: CopyKey, now: Date): Promise<void> {
  await tx.select({ id: recoveryPoints.id }).from(recoveryPoints).where(eq(recoveryPoints.id, point)).for('share');
  const [open] = await tx
    .select({ id: deletions.id })
    .from(deletions)
    .where(and(openDeletionOf({ point, region }), isNotNull(deletions.begunAt)));
  if (open !== undefined) throw new CbcrError('copy.being-deleted', { point, region });
  const contested = await tx
    .select({ absentAt: deletions.confirmedAbsentAt, undoneAt: deletions.undoneAt })
    .from(deletions)
    .where(and(eq(deletions.pointId, point), eq(deletions.regionId, region), deletions.contested));
  const untilMs = Math.max(...contested.map(({ absentAt, undoneAt }) => ((absentAt ?? undoneAt)?.getTime() ?? 0) + afterContestedMs));
  if (untilMs > now.getTime()) throw new CbcrError('copy.deleted-lately', { point, region, until: new Date(untilMs).toISOString() });
}

async function insertPlanned(
  tx: Executor,
  now: Date,
  point: RecoveryPointId,
  wanted: readonly { region: RegionId; role: CopyRole; reason: Reason }[],
): Promise<void> {
  // A point that is let go of meanwhile gets no copy: nobody would make it, and nobody take it away.
  const [row] = await tx.select({ state: recoveryPoints.state }).from(recoveryPoints).where(eq(recoveryPoints.id, point)).for('share');
  if (row?.state !== 'complete') return;
  const planned = await tx
    .insert(copies)
    .values(
      wanted.map(({ region, role, reason }) => ({ pointId: point, regionId: region, role, state: 'planned' as const, reason, since: now })),
    )
    .onConflictDoNothing()
    .returning();
  for (const row of planned) {
    if (row.demanded) await insertCopyEvents(tx, { at: now, actor: controlPlane, before: null, after: toCopy(row) });
  }
}
