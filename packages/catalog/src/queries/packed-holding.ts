import type { CopyState, HeldCopy, HeldPoint, InstanceId, PointState, RecoveryPointId, RegionId } from '@cbcr/domain';
import { type SQL, sql } from 'drizzle-orm';
import { arrayLiteral } from './array-literal.ts';

/**
 * All that an instance holds, in one row of three columns. A row for each point, with its moments as text, takes the server half as long again and
 * the reader several times as long: fleets have millions of points.
 */
export interface PackedHolding {
  instance: InstanceId;
  /** Ids of the points, separated by spaces; null: it holds nothing. */
  ids: string | null;
  /** A line for each point: its state, its keys as JSON, and `region state` of each copy, between tabs. Few differ from each other. */
  kinds: string | null;
  /**
   * Whole numbers of eight bytes, big end first. Of each point: when it was captured and completed, and its bytes; then, of each copy, since when it is in
   * its state, and when it was verified. Moments as Postgres sends them: microseconds since 2000, the least number where there is none.
   */
  numbers: Buffer | null;
}

/** One row for each instance, in any order; points newest capture first, copies by region. By index alone. */
export const selectPackedHoldings = (instances: readonly InstanceId[]): SQL => sql`
  select asked.instance, packed.ids, packed.kinds, packed.numbers
  from unnest(${arrayLiteral(instances)}::text[]) as asked (instance) cross join lateral (
    select string_agg(point.id, ' ') as ids, string_agg(point.kind, E'\\n') as kinds, string_agg(point.numbers, '') as numbers
    from (
      select p.id,
             concat_ws(E'\\t', p.state, coalesce(to_json(p.key_ids)::text, 'null'), held.places) as kind,
             timestamptz_send(p.captured_at) || timestamptz_send(coalesce(p.completed_at, '-infinity')) || int8send(p.stored_bytes)
               || coalesce(held.moments, '') as numbers
      from recovery_points p cross join lateral (
        select string_agg(copy.region_id || ' ' || copy.state, ' ') as places,
               string_agg(timestamptz_send(copy.since) || timestamptz_send(coalesce(copy.verified_at, '-infinity')), '') as moments
        from (select region_id, state, since, verified_at from copies where point_id = p.id order by region_id) copy
      ) held
      where p.instance_id = asked.instance and p.state in ('complete', 'expiring', 'deleted')
      order by p.captured_at desc, p.id desc
    ) point
  ) packed`;

/** What points have in common whose states, keys and places of copies are the same. */
interface PointKind {
  state: PointState;
  keyIds: readonly string[] | null;
  copies: readonly { region: RegionId; state: CopyState }[];
}

export function unpackHolding({ ids, kinds, numbers }: PackedHolding): HeldPoint[] {
  if (ids === null || kinds === null || numbers === null) return [];
  const known = new Map<string, PointKind>();
  const kindOf = (line: string): PointKind => {
    const seen = known.get(line);
    if (seen !== undefined) return seen;
    const fresh = readKind(line);
    known.set(line, fresh);
    return fresh;
  };
  let offset = 0;
  const next = (): number => {
    const value = numbers.readInt32BE(offset) * 2 ** 32 + numbers.readUInt32BE(offset + 4);
    offset += 8;
    return value;
  };
  const lines = kinds.split('\n');
  return ids.split(' ').map((id, index) => {
    const { state, keyIds, copies } = kindOf(lines[index] ?? '');
    const [capturedAtMs, completedAtMs, storedBytes] = [toMs(next()), toMsOrNull(next()), next()];
    const heldCopies: HeldCopy[] = [];
    for (const copy of copies) {
      heldCopies.push({ region: copy.region, state: copy.state, sinceMs: toMs(next()), verifiedAtMs: toMsOrNull(next()) });
    }
    return { id: id as RecoveryPointId, state, capturedAtMs, completedAtMs, storedBytes, keyIds, copies: heldCopies };
  });
}

function readKind(line: string): PointKind {
  const [state = '', keys = 'null', places = ''] = line.split('\t');
  const words = places === '' ? [] : places.split(' ');
  const copies = [];
  for (let index = 0; index + 1 < words.length; index += 2) {
    copies.push({ region: words[index] as RegionId, state: words[index + 1] as CopyState });
  }
  const keyIds: string[] | null = JSON.parse(keys);
  return { state: state as PointState, keyIds, copies };
}

const year2000Ms = Date.UTC(2000, 0);
const infinity = -(2 ** 63);
const toMs = (microseconds: number): number => year2000Ms + Math.round(microseconds / 1000);
const toMsOrNull = (microseconds: number): number | null => (microseconds === infinity ? null : toMs(microseconds));
