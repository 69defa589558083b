import {
  CbcrError,
  type Copy,
  type CopyState,
  type InstanceId,
  type Placement,
  type Reason,
  type RecoveryPointId,
  type RegionId,
} from '@cbcr/domain';
import { and, eq, inArray } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor, QueryContext } from '../query-context.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { runs } from '../schema/runs.ts';
import { abandonCaptures } from './abandon-captures.ts';
import { insertAuditEvent } from './audit.ts';
import { insertCopyEvents } from './audit-copies.ts';
import { type CopyAt, changeCopy } from './change-copy.ts';
import { type RunWriter, requireHeldRun, writerColumns } from './fence.ts';
import { type PointRecord, requirePoint } from './point-record.ts';
import { askForReview, ofPoint } from './retention-due.ts';

export interface BeginCapture extends RunWriter {
  instance: InstanceId;
  engine: string;
  /** The moment that the capture shows. */
  capturedAt: Date;
  policyHash: string;
  placement: Placement;
  synchronousMinimum: number;
  /** Residency exceptions without which a placed region could not be one. */
  exceptions?: readonly { exception: string; region: RegionId; reason: Reason }[];
}
/** What became of one placed copy at the end of the capture. */
export interface CapturedCopy {
  region: RegionId;
  state: Extract<CopyState, 'stored' | 'verified' | 'failed'>;
  reason: Reason;
  storedBytes: number;
  /** For a failed copy: when to try again; null means as soon as possible. */
  nextAttemptAt?: Date | null;
}
export interface CompleteCapture extends RunWriter {
  point: RecoveryPointId;
  plaintextBytes: number;
  /** Size of one complete copy. */
  storedBytes: number;
  manifestSha256: string;
  /** Keys that the data key is wrapped for; empty: not encrypted. Absent: not known. */
  keyIds?: readonly string[];
  /** Placed regions that are not named here stay as they are and are owed. */
  copies: CapturedCopy[];
}

/** The life of a point while its run captures it. All refused with `run.lost` unless the run is held at `epoch`. */
export interface CaptureQueries {
  /** A point in capture and its planned copies. An earlier capture of the same run is failed: a dump that starts again is a new point. */
  begin(capture: BeginCapture): Promise<PointRecord>;
  /** The capture is complete, and in every placed region the copy is what `copies` says: one transaction. */
  complete(capture: CompleteCapture): Promise<PointRecord>;
  /** The capture broke off; its segments are garbage. */
  fail(capture: RunWriter & { point: RecoveryPointId; reason: Reason }): Promise<void>;
}

export function createCaptureQueries({ clock, ids, transact }: QueryContext): CaptureQueries {
  return {
    begin(capture) {
      const id = ids.recoveryPointId();
      const now = clock.now();
      const writer = { run: capture.run, epoch: capture.epoch };
      return transact(async (tx) => {
        await requireHeldRun(tx, writer.run, writer.epoch);
        const reason = { rule: 'capture-began-anew', text: 'A later attempt of the run began a new capture.' };
        await abandonCaptures(tx, now, { run: writer.run, writer, reason, except: id });
        await insertPoint(tx, id, now, capture);
        await recordPlacement(tx, id, now, capture);
        await tx.update(runs).set({ pointId: id, writerEpoch: writer.epoch }).where(eq(runs.id, writer.run));
        await notify(tx, 'points', id);
        return requirePoint(tx, id);
      });
    },
    complete(capture) {
      const { point, run, epoch, plaintextBytes, storedBytes, manifestSha256, keyIds } = capture;
      const now = clock.now();
      const writer = { run, epoch };
      const captured = new Map(capture.copies.map((copy) => [copy.region, copy]));
      return transact(async (tx) => {
        await requireHeldRun(tx, run, epoch);
        const before = await requirePoint(tx, point);
        const unknown = capture.copies.find((copy) => !before.copies.some(({ region }) => region === copy.region));
        if (unknown !== undefined) throw new CbcrError('copy.not-found', { point, region: unknown.region });
        if (before.state === 'complete' && before.manifestSha256 === manifestSha256) return before;
        await tx
          .update(recoveryPoints)
          .set({
            state: 'complete',
            completedAt: now,
            plaintextBytes,
            storedBytes,
            manifestSha256,
            keyIds: keyIds === undefined ? null : [...keyIds],
            ...writerColumns(writer),
          })
          .where(eq(recoveryPoints.id, point));
        for (const copy of before.copies) {
          const at = { point, region: copy.region, writer, now };
          await settleCopy(tx, at, copy, captured.get(copy.region));
        }
        await askForReview(tx, now, ofPoint(point));
        await insertAuditEvent(tx, now, {
          actor: `run:${run}`,
          action: 'point.completed',
          subject: point,
          facts: { instance: before.instance, plaintextBytes, storedBytes, copies: capture.copies },
        });
        const settled = await requirePoint(tx, point);
        for (const copy of settled.copies) await recordSettledCopy(tx, now, writer, before.instance, copy);
        await notify(tx, 'points', point);
        return settled;
      });
    },
    async fail({ point, run, epoch, reason }) {
      const now = clock.now();
      const writer = { run, epoch };
      await transact(async (tx) => {
        await requireHeldRun(tx, run, epoch);
        const before = await requirePoint(tx, point);
        if (before.state === 'failed') return;
        await tx
          .update(recoveryPoints)
          .set({ state: 'failed', completedAt: now, ...writerColumns(writer) })
          .where(eq(recoveryPoints.id, point));
        await tx
          .update(copies)
          .set({ state: 'failed', reason, nextAttemptAt: null, ...writerColumns(writer) })
          .where(and(eq(copies.pointId, point), inArray(copies.state, ['planned', 'copying'])));
        await notify(tx, 'points', point);
      });
    },
  };
}

async function insertPoint(tx: Executor, id: RecoveryPointId, now: Date, capture: BeginCapture): Promise<void> {
  const { run, epoch, instance, engine, capturedAt, policyHash, placement, synchronousMinimum } = capture;
  const writer = writerColumns({ run, epoch });
  await tx
    .insert(recoveryPoints)
    .values({
      id,
      instanceId: instance,
      runId: run,
      runEpoch: epoch,
      state: 'capturing',
      engine,
      capturedAt,
      policyHash,
      placement,
      synchronousMinimum,
      ...writer,
    })
    .onConflictDoNothing();
  const placed = placement.placed.map(({ region, role, reason }) => ({
    pointId: id,
    regionId: region,
    role,
    state: 'planned' as const,
    reason,
    since: now,
    ...writer,
  }));
  if (placed.length > 0) await tx.insert(copies).values(placed).onConflictDoNothing();
}

/**
 * Walks the copy through every state on the way, so that the transition table is obeyed; whatever the capture reported earlier stays.
 * Copies that the capture does not name are touched as well: they are demanded from now on.
 */
async function settleCopy(tx: Executor, at: CopyAt, before: Copy, captured: CapturedCopy | undefined): Promise<void> {
  if (captured === undefined) {
    await changeCopy(tx, at, { state: before.state, reason: before.reason });
    return;
  }
  const { state, reason, storedBytes, nextAttemptAt = null } = captured;
  if (state === 'failed') {
    const attempts = before.state === 'failed' ? before.attempts : before.attempts + 1;
    await changeCopy(tx, at, { state, reason, attempts, nextAttemptAt });
    return;
  }
  const isThere = before.state === 'stored' || before.state === 'verified';
  if (!isThere) await changeCopy(tx, at, { state: 'copying', reason });
  if (before.state !== 'verified') await changeCopy(tx, at, { state: 'stored', reason, storedBytes, nextAttemptAt: null });
  if (state === 'verified') await changeCopy(tx, at, { state, reason, storedBytes, verifiedAt: at.now });
}

async function recordPlacement(tx: Executor, point: RecoveryPointId, now: Date, capture: BeginCapture): Promise<void> {
  const { run, instance, policyHash, placement, synchronousMinimum, exceptions = [] } = capture;
  const actor = `run:${run}`;
  const { placed, spares, excluded, unmet } = placement;
  const facts = { instance, policyHash, synchronousMinimum, placed, spares, excluded, unmet };
  await insertAuditEvent(tx, now, { actor, action: 'placement.decided', subject: point, facts });
  for (const { exception, region, reason } of exceptions) {
    const used = { purpose: 'copy', instance, point, region, run, reason };
    await insertAuditEvent(tx, now, { actor, action: 'exception.used', subject: exception, facts: used });
  }
}

/** The capture itself is no change of a debt: what it leaves is one from now on. */
const recordSettledCopy = (tx: Executor, now: Date, writer: RunWriter, instance: InstanceId, after: Copy): Promise<void> =>
  insertCopyEvents(tx, { at: now, actor: `run:${writer.run}`, instance, before: null, after });
