import type { CopyState, EarlierRulebook, InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';
import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { instances } from '../schema/instances.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { arrayLiteral } from './array-literal.ts';
import { type CatalogInstance, withFormer } from './instances.ts';
import { readCoolingVersions } from './rulebook.ts';

/** An instance whose copies somebody has begun to judge. */
export interface RetentionReview {
  instance: CatalogInstance;
  /** Until when it is claimed; whoever asks for a review meanwhile takes the claim away. */
  claimedUntil: Date;
}

export interface JudgedCopy {
  point: RecoveryPointId;
  region: RegionId;
  /** Null: no such moment is known. In the past or now: it has expired. */
  expiresAt: Date | null;
}

/** A copy whose time is over, as it was judged last. Ask the deletion gate: nothing here says that it may go. */
export interface DueCopy {
  instance: InstanceId;
  point: RecoveryPointId;
  region: RegionId;
  state: CopyState;
  expiresAt: Date;
  storedBytes: number;
}
/** Where a page of due copies ended, in the order of the index. */
export type DueCopyCursor = Pick<DueCopy, 'expiresAt' | 'point' | 'region'>;

export interface RetentionQueries {
  /**
   * Instances whose copies must be judged now, retired ones too: their data is still there. Each is claimed by one caller for `leaseMs`; when nobody
   * writes its verdicts in that time, it is due again.
   */
  claimDueReviews(claim: { now: Date; limit: number; leaseMs: number }): Promise<RetentionReview[]>;
  /**
   * When the copies expire, and when the instance must be judged again. Says how many copies have another moment than before. A moment in the past
   * stays as it is. Copies that a run is making are left out; when they are verified, a review is due anyway.
   */
  writeVerdicts(review: RetentionReview, verdicts: readonly JudgedCopy[], nextReviewAt: Date): Promise<number>;
  /** Copies that have expired, those first whose time was over first. Reads at most `limit` by index, however many copies there are. */
  dueCopies(now: Date, limit: number, after?: DueCopyCursor | null): Promise<DueCopy[]>;
  /** Versions of the rulebook that are no longer in force and whose cooling-off is not over. */
  coolingVersions(now: Date): Promise<EarlierRulebook[]>;
}

export function createRetentionQueries({ attempt, transact }: QueryContext): RetentionQueries {
  return {
    claimDueReviews: ({ now, limit, leaseMs }) =>
      transact(async (tx) => {
        const due = tx
          .select({ id: instances.id })
          .from(instances)
          .where(sql`${instances.retentionDueAt} <= ${now.toISOString()}`)
          .orderBy(asc(instances.retentionDueAt))
          .limit(limit)
          .for('update', { skipLocked: true });
        const claimedUntil = new Date(now.getTime() + leaseMs);
        const rows = await tx.update(instances).set({ retentionDueAt: claimedUntil }).where(inArray(instances.id, due)).returning();
        return (await withFormer(tx, rows)).map((instance) => ({ instance, claimedUntil }));
      }),
    writeVerdicts: ({ instance, claimedUntil }, verdicts, nextReviewAt) =>
      transact(async (tx) => {
        const changed = await tx.execute<{ one: number }>(sql`
          update copies c set expires_at = v.expires_at, writer_run = null, writer_epoch = null
          from unnest(
            ${arrayLiteral(verdicts.map(({ point }) => point))}::text[],
            ${arrayLiteral(verdicts.map(({ region }) => region))}::text[],
            ${arrayLiteral(verdicts.map(({ expiresAt }) => expiresAt?.toISOString() ?? null))}::timestamptz[]
          ) v (point_id, region_id, expires_at)
          where c.point_id = v.point_id and c.region_id = v.region_id
            and c.state in ('stored', 'verified', 'failed', 'blocked', 'expiring')
            and c.expires_at is distinct from v.expires_at
            and (v.expires_at <= now() and c.expires_at <= now()) is not true
          returning 1 as one`);
        await tx.execute(sql`
          update instances set retention_due_at = ${nextReviewAt.toISOString()}::timestamptz
          where id = ${instance.id} and retention_due_at = ${claimedUntil.toISOString()}::timestamptz`);
        return changed.length;
      }),
    dueCopies: (now, limit, after = null) =>
      attempt(async (db) => {
        const at = now.toISOString();
        const beyond =
          after === null
            ? sql`true`
            : sql`(${copies.expiresAt}, ${copies.pointId}, ${copies.regionId}) > (${after.expiresAt.toISOString()}, ${after.point}, ${after.region})`;
        const rows = await db
          .select({
            instance: recoveryPoints.instanceId,
            point: copies.pointId,
            region: copies.regionId,
            state: copies.state,
            expiresAt: copies.expiresAt,
            storedBytes: copies.storedBytes,
          })
          .from(copies)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, copies.pointId))
          .where(sql`${copies.expiresAt} <= ${at} and ${copies.state} in ('stored', 'verified') and ${beyond}`)
          .orderBy(asc(copies.expiresAt), asc(copies.pointId), asc(copies.regionId))
          .limit(limit);
        return rows.flatMap(({ expiresAt, ...row }) => (expiresAt === null ? [] : [{ ...row, expiresAt }]));
      }),
    coolingVersions: (now) => attempt((db) => readCoolingVersions(db, now)),
  };
}
