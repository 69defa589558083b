import type { InstanceId, PointState, RecoveryPointId, RegionId, RunId } from '@cbcr/domain';
import { and, asc, desc, eq, exists, inArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { runs } from '../schema/runs.ts';
import { type CaptureQueries, createCaptureQueries } from './capture.ts';
import { owed } from './change-copy.ts';
import { type PointRecord, requirePoint, withCopies } from './point-record.ts';

/** A point and the runs that have not ended and capture it or work on it. */
export interface PointFacts {
  point: PointRecord;
  activeRuns: { id: RunId; kind: string; region: RegionId; dedupeKey: string | null }[];
}
/** Its point is complete and has a copy that is owed and due. */
export type Candidate = PointFacts;
/** Where a page of candidates ended: the last owed copy read, in the order of the index. */
export interface CandidateCursor {
  dueAt: Date;
  point: RecoveryPointId;
  region: RegionId;
}

export interface PointQueries extends CaptureQueries {
  /** Throws `point.not-found`. */
  get(id: RecoveryPointId): Promise<PointRecord>;
  /** Newest capture first. `cursor` is the last point already seen. */
  list(filter?: {
    instance?: InstanceId | undefined;
    state?: PointState | undefined;
    limit?: number | undefined;
    cursor?: RecoveryPointId | undefined;
  }): Promise<PointRecord[]>;
  /** The newest complete point with a verified copy; null when there is none. `acceptUnverified` takes a stored copy too. */
  latestRestorable(instance: InstanceId, options?: { acceptUnverified?: boolean }): Promise<PointRecord | null>;
  /** What is known of these points, whatever their state; a point that does not exist is left out. */
  factsOf(ids: readonly RecoveryPointId[]): Promise<ReadonlyMap<RecoveryPointId, PointFacts>>;
  /**
   * What the reconciler must look at: complete points with copies that are not verified and whose next attempt is due, those
   * due longest first. Reads at most `limit` owed copies by index, so that the cost does not grow with the number of points. A page
   * may hold fewer points than `limit` and still have a cursor; null means that this was the last.
   */
  candidates(
    now: Date,
    limit: number,
    after?: CandidateCursor | null,
  ): Promise<{ candidates: Candidate[]; cursor: CandidateCursor | null }>;
}

const dueAt = sql`coalesce(${copies.nextAttemptAt}, ${copies.since})`;

export function createPointQueries(context: QueryContext): PointQueries {
  const { attempt } = context;
  return {
    ...createCaptureQueries(context),
    get: (id) => attempt((db) => requirePoint(db, id)),
    list: ({ instance, state, limit = 50, cursor } = {}) =>
      attempt(async (db) => {
        const seen = db
          .select({ at: recoveryPoints.capturedAt, id: recoveryPoints.id })
          .from(recoveryPoints)
          .where(eq(recoveryPoints.id, cursor ?? ('' as RecoveryPointId)));
        const rows = await db
          .select()
          .from(recoveryPoints)
          .where(
            and(
              instance === undefined ? undefined : eq(recoveryPoints.instanceId, instance),
              state === undefined ? undefined : eq(recoveryPoints.state, state),
              cursor === undefined ? undefined : sql`(${recoveryPoints.capturedAt}, ${recoveryPoints.id}) < (${seen})`,
            ),
          )
          .orderBy(desc(recoveryPoints.capturedAt), desc(recoveryPoints.id))
          .limit(limit);
        return withCopies(db, rows);
      }),
    latestRestorable: (instance, { acceptUnverified = false } = {}) =>
      attempt(async (db) => {
        const good = acceptUnverified ? (['verified', 'stored'] as const) : (['verified'] as const);
        const rows = await db
          .select()
          .from(recoveryPoints)
          .where(
            and(
              eq(recoveryPoints.instanceId, instance),
              eq(recoveryPoints.state, 'complete'),
              exists(
                db
                  .select({ one: sql`1` })
                  .from(copies)
                  .where(and(eq(copies.pointId, recoveryPoints.id), inArray(copies.state, [...good]))),
              ),
            ),
          )
          .orderBy(desc(recoveryPoints.capturedAt), desc(recoveryPoints.id))
          .limit(1);
        const [point] = await withCopies(db, rows);
        return point ?? null;
      }),
    factsOf: (ids) =>
      attempt(async (db) => {
        if (ids.length === 0) return new Map();
        const rows = await db
          .select()
          .from(recoveryPoints)
          .where(inArray(recoveryPoints.id, [...ids]));
        const facts = await withActiveRuns(db, await withCopies(db, rows));
        return new Map(facts.map((each) => [each.point.id, each]));
      }),
    candidates: (now, limit, after = null) =>
      attempt(async (db) => {
        const due = await db
          .select({ point: copies.pointId, region: copies.regionId, dueAt: sql<string>`${dueAt}`.mapWith(copies.since) })
          .from(copies)
          .where(
            and(
              owed,
              sql`${dueAt} <= ${now.toISOString()}`,
              after === null
                ? undefined
                : sql`(${dueAt}, ${copies.pointId}, ${copies.regionId}) > (${after.dueAt.toISOString()}, ${after.point}, ${after.region})`,
            ),
          )
          .orderBy(dueAt, asc(copies.pointId), asc(copies.regionId))
          .limit(limit);
        const ids = [...new Set(due.map((copy) => copy.point))];
        const cursor = due.length < limit ? null : (due.at(-1) ?? null);
        if (ids.length === 0) return { candidates: [], cursor };
        const rows = await db
          .select()
          .from(recoveryPoints)
          .where(and(inArray(recoveryPoints.id, ids), eq(recoveryPoints.state, 'complete')));
        const byId = new Map(rows.map((row) => [row.id, row]));
        const points = await withCopies(
          db,
          ids.flatMap((id) => byId.get(id) ?? []),
        );
        return { candidates: await withActiveRuns(db, points), cursor };
      }),
  };
}

async function withActiveRuns(db: Executor, points: readonly PointRecord[]): Promise<PointFacts[]> {
  const active = await db
    .select({ id: runs.id, kind: runs.kind, region: runs.regionId, dedupeKey: runs.dedupeKey, point: runs.pointId })
    .from(runs)
    .where(
      and(
        inArray(
          runs.pointId,
          points.map(({ id }) => id),
        ),
        sql`${runs.state} in ('queued', 'running', 'waiting')`,
      ),
    );
  const byPoint = Map.groupBy(active, (run) => run.point);
  return points.map((point) => ({ point, activeRuns: (byPoint.get(point.id) ?? []).map(({ point: _point, ...run }) => run) }));
}
