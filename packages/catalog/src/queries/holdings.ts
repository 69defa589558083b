import type { CopyState, HeldCopy, HeldPoint, Holding, InstanceId, PointState, RecoveryPointId, RegionId } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';

export interface HoldingQueries {
  /**
   * What these instances hold, in the order asked; an instance without points has an empty list. One statement for all of them, by index, with
   * a point's copies in its row: a fleet is read in pages of instances, and never one by one.
   */
  list(instances: readonly InstanceId[]): Promise<Holding[]>;
  /**
   * The same for a fleet of any size, a page at a time: while the caller works on one page the server reads the next ones. Only these pages
   * are in memory.
   */
  stream(instances: readonly InstanceId[]): AsyncGenerator<Holding>;
}

/** Instances whose points are read at once. */
const pageSize = 25;
/** Pages that are read while the caller works on another one. */
const pagesAhead = 2;

interface Row {
  instance: InstanceId;
  id: RecoveryPointId;
  state: PointState;
  captured_ms: string;
  completed_ms: string | null;
  bytes: string;
  key_ids: string[] | null;
  /** `region state since verified`, a line for each copy: arrays and JSON take the server and the reader several times as long. */
  copies: string | null;
}

export function createHoldingQueries({ attempt }: QueryContext): HoldingQueries {
  const list = async (instances: readonly InstanceId[]): Promise<Holding[]> => {
    if (instances.length === 0) return [];
    return await attempt(async (db) => {
      const rows = await db.execute<Row & Record<string, unknown>>(sql`
        select p.instance_id as instance, p.id, p.state,
               (date_part('epoch', p.captured_at) * 1000)::int8 as captured_ms,
               (date_part('epoch', p.completed_at) * 1000)::int8 as completed_ms,
               p.stored_bytes as bytes,
               to_json(p.key_ids) as key_ids,
               (select string_agg(concat_ws(' ', c.region_id, c.state, (date_part('epoch', c.since) * 1000)::int8,
                         (date_part('epoch', c.verified_at) * 1000)::int8), E'\\n' order by c.region_id)
                from copies c where c.point_id = p.id) as copies
        from recovery_points p
        where p.instance_id in ${[...instances]} and p.state in ('complete', 'expiring', 'deleted')
        order by p.instance_id, p.captured_at desc, p.id desc`);
      const points = new Map<InstanceId, HeldPoint[]>(instances.map((instance) => [instance, []]));
      for (const row of rows) points.get(row.instance)?.push(toHeldPoint(row));
      return instances.map((instance) => ({ instance, points: points.get(instance) ?? [] }));
    });
  };
  return {
    list,
    async *stream(instances) {
      const pages: Promise<Holding[]>[] = [];
      for (let first = 0; first < instances.length || pages.length > 0; ) {
        while (first < instances.length && pages.length <= pagesAhead) {
          const page = list(instances.slice(first, first + pageSize));
          // Whoever stops early does not hear of a page that fails.
          page.catch(() => undefined);
          pages.push(page);
          first += pageSize;
        }
        yield* (await pages.shift()) ?? [];
      }
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
  copies: copies === null ? [] : copies.split('\n').map(toHeldCopy),
});

/** A copy that was never verified has no fourth word. Ids and states have no spaces. */
function toHeldCopy(line: string): HeldCopy {
  const [region, state, since, verified] = line.split(' ');
  return {
    region: region as RegionId,
    state: state as CopyState,
    sinceMs: Number(since),
    verifiedAtMs: verified === undefined ? null : Number(verified),
  };
}
