import { CbcrError, type Copy, type Placement, type RecoveryPoint, type RecoveryPointId } from '@cbcr/domain';
import { asc, eq, inArray } from 'drizzle-orm';
import type { Executor } from '../query-context.ts';
import { copies, recoveryPoints } from '../schema/points.ts';

/** A recovery point with the decision that placed it and the copies that exist. */
export interface PointRecord extends RecoveryPoint {
  /** Where the copies must live and why, as decided when the capture began. */
  placement: Placement;
  /** The point is available once this many copies are verified. */
  synchronousMinimum: number;
  /** Hex SHA-256 of the manifest, the same in every region; null until the point is complete. */
  manifestSha256: string | null;
  copies: Copy[];
}

export function toCopy(row: typeof copies.$inferSelect): Copy {
  const { pointId, regionId, demanded: _demanded, writerRun: _writerRun, writerEpoch: _writerEpoch, ...copy } = row;
  return { ...copy, point: pointId, region: regionId };
}

/** In the order of the rows given; two statements for any number of points. */
export async function withCopies(tx: Executor, rows: (typeof recoveryPoints.$inferSelect)[]): Promise<PointRecord[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const found = await tx.select().from(copies).where(inArray(copies.pointId, ids)).orderBy(asc(copies.role), asc(copies.regionId));
  const byPoint = Map.groupBy(found.map(toCopy), (copy) => copy.point);
  return rows.map(({ instanceId, runId, runEpoch: _runEpoch, writerRun: _writerRun, writerEpoch: _writerEpoch, ...point }) => ({
    ...point,
    instance: instanceId,
    run: runId,
    copies: byPoint.get(point.id) ?? [],
  }));
}

/** Throws `point.not-found`. */
export async function requirePoint(tx: Executor, id: RecoveryPointId): Promise<PointRecord> {
  const rows = await tx.select().from(recoveryPoints).where(eq(recoveryPoints.id, id));
  const [point] = await withCopies(tx, rows);
  if (point === undefined) throw new CbcrError('point.not-found', { point: id });
  return point;
}
