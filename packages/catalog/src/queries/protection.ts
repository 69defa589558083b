import {
  CbcrError,
  type CopyLock,
  type HoldEffect,
  type InstanceId,
  type NewAuditEvent,
  type RecoveryPointId,
  type RegionId,
} from '@cbcr/domain';
import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { holdEffects, lockExceptions, protectionDue } from '../schema/holds.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { askForLook } from './ask-for-look.ts';
import { insertAuditEvent } from './audit.ts';
import type { CopyKey } from './copies.ts';
import { type RunWriter, requireHeldRun, writerColumns } from './fence.ts';
import { holdIdOf, holdNumberOf } from './holds.ts';

export interface ProtectionLook {
  instance: InstanceId;
  /** For {@link ProtectionQueries.settle}. */
  revision: number;
}

/** What the stores were told about one copy. */
export interface ProtectedCopy {
  point: RecoveryPointId;
  region: RegionId;
  effects: Omit<HoldEffect, 'point' | 'region' | 'at'>[];
  /** The store's lock as it was seen; null: it has none; undefined: nobody looked. */
  lock: Pick<CopyLock, 'mode' | 'until'> | null | undefined;
}

/** Holds and locks in the stores: which instances have to be looked at, and what was done to their copies. */
export interface ProtectionQueries {
  /** Instances to look at now, those due longest first. They stay due until they are settled. */
  due(limit: number): Promise<ProtectionLook[]>;
  /** The look is done; the next one is at `nextAt`, or when something changes. Nothing happens when somebody has asked again meanwhile. */
  settle(look: ProtectionLook, nextAt: Date | null): Promise<void>;
  /** Somebody has to look at these, or at all. */
  ask(instances: readonly InstanceId[] | 'all'): Promise<void>;
  effects(instances: readonly InstanceId[]): Promise<HoldEffect[]>;
  locks(instances: readonly InstanceId[]): Promise<CopyLock[]>;
  /** Copies whose lock may be lifted, with why. */
  exceptions(instances: readonly InstanceId[]): Promise<(CopyKey & { reason: string })[]>;
  /** Records that a copy's governance lock may be lifted; once for each copy. Throws `copy.not-found`, `lock.none` and `lock.compliance`. */
  exempt(copy: CopyKey, reason: string, by: string): Promise<CopyLock>;
  /** Replaces what is known of the copy, for a run. Throws `run.lost`. */
  record(copy: ProtectedCopy & RunWriter, audit: readonly NewAuditEvent[]): Promise<void>;
}

export function createProtectionQueries({ clock, attempt, transact }: QueryContext): ProtectionQueries {
  return {
    due: (limit) =>
      attempt((db) =>
        db
          .select({ instance: protectionDue.instanceId, revision: protectionDue.revision })
          .from(protectionDue)
          .where(lte(protectionDue.dueAt, clock.now()))
          .orderBy(asc(protectionDue.dueAt))
          .limit(limit),
      ),
    settle: ({ instance, revision }, nextAt) =>
      attempt(async (db) => {
        const seen = and(eq(protectionDue.instanceId, instance), eq(protectionDue.revision, revision));
        if (nextAt === null) await db.delete(protectionDue).where(seen);
        else await db.update(protectionDue).set({ dueAt: nextAt }).where(seen);
      }),
    ask: (instances) => {
      if (instances.length === 0) return Promise.resolve();
      const which = instances === 'all' ? sql`true` : sql`id in ${[...instances]}`;
      const now = clock.now();
      return attempt((db) => askForLook(db, now, which));
    },
    effects: (instances) => {
      if (instances.length === 0) return Promise.resolve([]);
      return attempt(async (db) => {
        const rows = await db
          .select({ effect: holdEffects })
          .from(holdEffects)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, holdEffects.pointId))
          .where(inArray(recoveryPoints.instanceId, [...instances]));
        return rows.map(({ effect: { hold, pointId, regionId, ...rest } }) => ({
          ...{ hold: holdIdOf(hold), point: pointId, region: regionId },
          ...rest,
        }));
      });
    },
    locks: (instances) => {
      if (instances.length === 0) return Promise.resolve([]);
      return attempt(async (db) => {
        const rows = await db
          .select({ point: copies.pointId, region: copies.regionId, mode: copies.lockMode, until: copies.lockedUntil })
          .from(copies)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, copies.pointId))
          .where(and(inArray(recoveryPoints.instanceId, [...instances]), sql`${copies.lockedUntil} is not null`));
        return rows.flatMap(({ mode, until, ...at }) => (mode === null || until === null ? [] : [{ ...at, mode, until }]));
      });
    },
    exceptions: (instances) => {
      if (instances.length === 0) return Promise.resolve([]);
      return attempt((db) =>
        db
          .select({ point: lockExceptions.pointId, region: lockExceptions.regionId, reason: lockExceptions.reason })
          .from(lockExceptions)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, lockExceptions.pointId))
          .where(inArray(recoveryPoints.instanceId, [...instances])),
      );
    },
    exempt: ({ point, region }, reason, by) => {
      const at = clock.now();
      return transact(async (tx) => {
        const { lockMode: mode, lockedUntil: until } = await lockCopyRow(tx, { point, region });
        if (mode === null || until === null || until <= at) throw new CbcrError('lock.none', { point, region });
        if (mode === 'compliance') throw new CbcrError('lock.compliance', { point, region, until: until.toISOString() });
        const [added] = await tx
          .insert(lockExceptions)
          .values({ pointId: point, regionId: region, by, reason, at })
          .onConflictDoNothing()
          .returning();
        if (added !== undefined) {
          const facts = { point, region, reason, mode, until: until.toISOString() };
          await insertAuditEvent(tx, at, { actor: by, action: 'lock.bypass-allowed', subject: `${point}/${region}`, facts });
          await askForLook(tx, at, sql`id = (select instance_id from recovery_points where recovery_points.id = ${point})`);
        }
        return { point, region, mode, until };
      });
    },
    record: ({ point, region, run, epoch, effects, lock }, audit) => {
      const at = clock.now();
      return transact(async (tx) => {
        await requireHeldRun(tx, run, epoch);
        if (effects.length > 0) {
          const rows = effects.map(({ hold, state, detail }) => ({
            ...{ hold: holdNumberOf(hold), pointId: point, regionId: region, state, detail, at },
          }));
          await tx
            .insert(holdEffects)
            .values(rows)
            .onConflictDoUpdate({
              target: [holdEffects.pointId, holdEffects.regionId, holdEffects.hold],
              set: { state: sql`excluded.state`, detail: sql`excluded.detail`, at },
            });
        }
        const isNew = lock === undefined || (await rememberLock(tx, { point, region }, lock, { run, epoch }));
        // A store that refuses is asked again each hour: what it goes on refusing is no event.
        for (const event of audit) if (isNew || event.action !== 'lock.extended') await insertAuditEvent(tx, at, event);
      });
    },
  };
}

async function lockCopyRow(tx: Executor, { point, region }: CopyKey) {
  const [row] = await tx
    .select({ lockMode: copies.lockMode, lockedUntil: copies.lockedUntil })
    .from(copies)
    .where(and(eq(copies.pointId, point), eq(copies.regionId, region)))
    .for('no key update');
  if (row === undefined) throw new CbcrError('copy.not-found', { point, region });
  return row;
}

/** Whether that is another lock than was known. A copy that is being made again meanwhile belongs to its run, and is looked at once that is done. */
async function rememberLock(tx: Executor, { point, region }: CopyKey, lock: ProtectedCopy['lock'], writer: RunWriter): Promise<boolean> {
  const known = await lockCopyRow(tx, { point, region });
  const isThere = inArray(copies.state, ['stored', 'verified', 'expiring']);
  await tx
    .update(copies)
    .set({ lockedUntil: lock?.until ?? null, lockMode: lock?.mode ?? null, ...writerColumns(writer) })
    .where(and(eq(copies.pointId, point), eq(copies.regionId, region), isThere));
  return known.lockMode !== (lock?.mode ?? null) || known.lockedUntil?.getTime() !== lock?.until.getTime();
}
