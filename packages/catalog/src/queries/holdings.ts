import type { CopyState, HeldPoint, Holding, InstanceId, PointState, RecoveryPointId, RegionId } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';

export interface HoldingQueries {
  /**
   * What these instances hold, in the order asked; an instance without points has an empty list. One statement for all of them, by index, with
   * a point's copies in its row: a fleet is read in pages of instances, and never one by one.
   */
  list(instances: readonly InstanceId[]): Promise<Holding[]>;
}

interface Row {
  instance: InstanceId;
  id: RecoveryPointId;
  state: PointState;
  captured_ms: string;
  completed_ms: string | null;
  bytes: string;
  key_ids: string[] | null;
  copies: [RegionId, CopyState, number, number | null][];
}

export function createHoldingQueries({ attempt }: QueryContext): HoldingQueries {
  return {
    list(instances) {
      if (instances.length === 0) return Promise.resolve([]);
      return attempt(async (db) => {
        const rows = await db.execute<Row & Record<string, unknown>>(sql`
          select p.instance_id as instance, p.id, p.state,
                 (extract(epoch from p.captured_at) * 1000)::int8 as captured_ms,
                 (extract(epoch from p.completed_at) * 1000)::int8 as completed_ms,
                 p.stored_bytes as bytes,
                 to_json(p.key_ids) as key_ids,
                 coalesce((
                   select json_agg(json_build_array(c.region_id, c.state,
                            (extract(epoch from c.since) * 1000)::int8, (extract(epoch from c.verified_at) * 1000)::int8) order by c.region_id)
                   from copies c where c.point_id = p.id), '[]') as copies
          from recovery_points p
          where p.instance_id in ${[...instances]} and p.state in ('complete', 'expiring', 'deleted')
          order by p.instance_id, p.captured_at desc, p.id desc`);
        const points = new Map<InstanceId, HeldPoint[]>(instances.map((instance) => [instance, []]));
        for (const row of rows) points.get(row.instance)?.push(toHeldPoint(row));
        return instances.map((instance) => ({ instance, points: points.get(instance) ?? [] }));
      });
    },
  };
}

const toHeldPoint = ({ id, state, captured_ms, completed_ms, bytes, key_ids, copies }: Row): HeldPoint => ({
  id,
  state,
  capturedAtMs: Number(captured_ms),
  completedAtMs: completed_ms === null ? null : Number(completed_ms),
  storedBytes: Number(bytes),
  keyIds: key_ids,
  copies: copies.map(([region, copyState, sinceMs, verifiedAtMs]) => ({ region, state: copyState, sinceMs, verifiedAtMs })),
});
