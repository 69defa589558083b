import { CbcrError, type InstanceId, type RecoveryPointId, type RegionId } from '@cbcr/domain';
import { and, asc, eq, gt, inArray, isNotNull, lt, sql } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor } from '../executor.ts';
import type { QueryContext } from '../query-context.ts';
import { deletions } from '../schema/deletions.ts';
import { holds } from '../schema/holds.ts';
import { instances, instanceVersions } from '../schema/instances.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { policyVersions } from '../schema/policy-versions.ts';
import { insertAuditEvent } from './audit.ts';
import { changeCopy, lockCopy } from './change-copy.ts';
import { holdConfig } from './config-lock.ts';
import type { CopyKey } from './copies.ts';
import type { DeletionQueries, DeletionRecord, NewDeletion, SeenFacts } from './deletion-queries.ts';
import { isActive, type RunWriter, requireHeldRun, writerColumns } from './fence.ts';
import { isOpenDeletion, openDeletionOf } from './open-deletion.ts';
import { type PointRecord, requirePoint } from './point-record.ts';

const subjectOf = ({ point, region }: CopyKey) => `${point}/${region}`;
/** A count of millions takes a second. */
const countEveryMs = 600_000;
const namesOf = (copiesOfPoint: SeenFacts['copies']) =>
  copiesOfPoint
    .map(({ region, state }) => `${region} ${state}`)
    .toSorted()
    .join();
const activeRun = sql`state in ('queued', 'running', 'waiting')`;

export function createDeletionQueries({ clock, attempt, transact }: QueryContext): DeletionQueries {
  const counted = new Map<RegionId, { copies: number; untilMs: number }>();
  /** The point before its copies, everywhere: two deletions never wait for each other in a circle. */
  const lockPoint = async (tx: Executor, id: RecoveryPointId): Promise<PointRecord | null> => {
    const [found] = await tx.select({ id: recoveryPoints.id }).from(recoveryPoints).where(eq(recoveryPoints.id, id)).for('no key update');
    if (found === undefined) return null;
    await tx.select({ region: copies.regionId }).from(copies).where(eq(copies.pointId, id)).for('no key update');
    return requirePoint(tx, id);
  };
  const setPoint = (tx: Executor, id: RecoveryPointId, state: PointRecord['state'], writer: RunWriter | null) =>
    tx
      .update(recoveryPoints)
      .set({ state, ...writerColumns(writer) })
      .where(eq(recoveryPoints.id, id));
  const fenced = <Result>(
    { run, epoch }: RunWriter,
    work: (tx: Executor, now: Date) => Promise<Result>,
    before: (tx: Executor) => Promise<unknown> = async () => undefined,
  ) => {
    const now = clock.now();
    return transact(async (tx) => {
      await before(tx);
      await requireHeldRun(tx, run, epoch);
      return work(tx, now);
    });
  };

  return {
    mark(deletion, seen) {
      const now = clock.now();
      return transact(async (tx) => {
        const point = await lockPoint(tx, deletion.point);
        const copy = point?.copies.find(({ region }) => region === deletion.region);
        if (point === null || copy?.state !== seen || (point.state !== 'complete' && point.state !== 'expiring')) return false;
        // What lies beside the copy is being collected: it waits for that.
        if ((await tx.select({ id: deletions.id }).from(deletions).where(openDeletionOf(deletion))).length > 0) return false;
        const at = { point: point.id, region: copy.region, writer: null, now };
        const reason = { rule: `deletion-${deletion.purpose}`, text: deletion.reasons[0]?.text ?? 'it goes' };
        // What was never made has nothing to lose; by way of a failure, as its states demand.
        if (copy.state === 'planned') await changeCopy(tx, at, { state: 'failed', reason, nextAttemptAt: null });
        await changeCopy(tx, at, { state: 'expiring', reason, nextAttemptAt: null });
        await tx.insert(deletions).values({ ...rowOf(deletion, now), markedIn: copy.state });
        const remains = point.copies.some(({ region, state }) => region !== copy.region && state !== 'expiring' && state !== 'deleted');
        if (!remains && point.state === 'complete') await setPoint(tx, point.id, 'expiring', null);
        const { purpose, requestedBy: actor, reasons } = deletion;
        const facts = { point: point.id, region: copy.region, purpose, reasons };
        await insertAuditEvent(tx, now, { actor, action: 'copy.expiring', subject: subjectOf(deletion), facts });
        await notify(tx, 'points', point.id);
        return true;
      });
    },

    undo(key, actor, reasons) {
      const now = clock.now();
      return transact(async (tx) => {
        const point = await lockPoint(tx, key.point);
        const [row] = await tx.select().from(deletions).where(openDeletionOf(key)).for('no key update');
        if (point === null || row === undefined || row.begunAt !== null) return false;
        await tx.update(deletions).set({ undoneAt: now }).where(eq(deletions.id, row.id));
        if (point.state === 'expiring') await setPoint(tx, point.id, 'complete', null);
        const before = await lockCopy(tx, key);
        if (before.state === 'expiring') {
          const { rule, text } = reasons[0] ?? { rule: 'kept', text: 'it stays after all' };
          const wasWhole = row.markedIn === null || row.markedIn === 'stored' || row.markedIn === 'verified';
          const why = wasWhole
            ? 'nobody looked after it while it was expiring, so it is verified anew'
            : `it was ${row.markedIn} when it was marked, so it has to be made`;
          const reason = { rule, text: `${text}; ${why}` };
          await changeCopy(tx, { ...key, writer: null, now }, { state: wasWhole ? 'stored' : 'failed', reason, nextAttemptAt: null });
        }
        const facts = { point: key.point, region: key.region, reasons };
        await insertAuditEvent(tx, now, { actor, action: 'copy.kept', subject: subjectOf(key), facts });
        await notify(tx, 'points', key.point);
        return true;
      });
    },

    listOpen: ({ region, instance, after = 0, limit = 500, points } = {}) =>
      attempt(async (db) => {
        if (points?.length === 0) return [];
        const rows = await db
          .select()
          .from(deletions)
          .where(
            and(
              isOpenDeletion,
              gt(deletions.id, after),
              region === undefined ? undefined : eq(deletions.regionId, region),
              instance === undefined ? undefined : eq(deletions.instanceId, instance),
              points === undefined ? undefined : inArray(deletions.pointId, [...points]),
            ),
          )
          .orderBy(asc(deletions.id))
          .limit(limit);
        return rows.map(toRecord);
      }),
    listWithin: ({ from, to, instance, after = 0, limit = 500 }) =>
      attempt(async (db) => {
        const endedAt = sql`coalesce(${deletions.confirmedAbsentAt}, ${deletions.undoneAt})`;
        const rows = await db
          .select()
          .from(deletions)
          .where(
            and(
              gt(deletions.id, after),
              to === undefined ? undefined : lt(deletions.plannedAt, to),
              from === undefined ? undefined : sql`(${endedAt} is null or ${endedAt} >= ${from.toISOString()}::timestamptz)`,
              instance === undefined ? undefined : eq(deletions.instanceId, instance),
            ),
          )
          .orderBy(asc(deletions.id))
          .limit(limit);
        return rows.map(toRecord);
      }),
    listOf: (point) =>
      attempt(async (db) => {
        const rows = await db.select().from(deletions).where(eq(deletions.pointId, point)).orderBy(asc(deletions.id));
        return rows.map(toRecord);
      }),

    deciding: (instance) => attempt((db) => readDeciding(db, instance)),
    begin: (deletion, writer, seen) => {
      const work = async (tx: Executor, now: Date) => {
        const point = await lockPoint(tx, deletion.point);
        if (namesOf(point?.copies ?? []) !== namesOf(seen.copies)) return false;
        await tx.select({ id: instances.id }).from(instances).where(eq(instances.id, deletion.instance)).for('share');
        if ((await readDeciding(tx, deletion.instance)) !== seen.deciding) return false;
        if (!(await isOneVerified(tx, seen.reliesOn ?? []))) return false;
        const [row] = await tx.execute<{ users: number }>(
          sql`select count(*)::int as users from runs where point_id = ${deletion.point} and id <> ${writer.run} and ${activeRun}`,
        );
        if (row?.users !== seen.users) return false;
        const [open] = await tx.select().from(deletions).where(openDeletionOf(deletion)).for('no key update');
        // Another worker is at it, and may say at any moment that it is done.
        if (open?.runId != null && open.runId !== writer.run && (await isActive(tx, open.runId))) {
          throw new CbcrError('copy.being-deleted', { point: deletion.point, region: deletion.region });
        }
        // What an attempt left behind was never marked: nobody could have read it.
        if (open === undefined && deletion.purpose !== 'garbage') return false;
        if (open === undefined) await tx.insert(deletions).values({ ...rowOf(deletion, now), ...holderColumns(writer), begunAt: now });
        else {
          const reasons = [...deletion.reasons];
          const begunAt = open.begunAt ?? now;
          const contested = open.contested || (open.begunAt !== null && isOfAnother(open, writer));
          await tx
            .update(deletions)
            .set({ ...holderColumns(writer), contested, begunAt, reasons })
            .where(eq(deletions.id, open.id));
        }
        return true;
      };
      // First of all locks: whoever places a hold or applies rules waits for this transaction, or this one for them.
      return fenced(writer, work, holdConfig);
    },
    manifestGone: (key, writer) =>
      fenced(writer, async (tx, now) => {
        await tx
          .update(deletions)
          .set({ manifestGoneAt: sql`coalesce(${deletions.manifestGoneAt}, ${now.toISOString()})` })
          .where(openDeletionOf(key));
      }),
    count: (key, writer, versions, bytes) =>
      fenced(writer, async (tx) => {
        await tx
          .update(deletions)
          .set({
            versionsDeleted: sql`${deletions.versionsDeleted} + ${versions}`,
            bytesDeleted: sql`${deletions.bytesDeleted} + ${bytes}`,
          })
          .where(openDeletionOf(key));
      }),

    leave: (key, writer, reasons) =>
      fenced(writer, async (tx, now) => {
        await lockPoint(tx, key.point);
        const garbage = and(openDeletionOf(key), eq(deletions.purpose, 'garbage'));
        const [row] = await tx.select().from(deletions).where(garbage).for('no key update');
        if (row === undefined) return;
        const contested = row.contested || (row.begunAt !== null && isOfAnother(row, writer));
        await tx
          .update(deletions)
          .set({ undoneAt: now, ...holderColumns(writer), contested })
          .where(eq(deletions.id, row.id));
        const facts = { region: key.region, reasons, versions: row.versionsDeleted, bytes: row.bytesDeleted };
        await insertAuditEvent(tx, now, { actor: `run:${writer.run}`, action: 'garbage.left', subject: key.point, facts });
      }),

    finish: (key, writer, reasons) =>
      fenced(writer, async (tx, now) => {
        const point = await lockPoint(tx, key.point);
        const [row] = await tx.select().from(deletions).where(openDeletionOf(key)).for('no key update');
        // This run said so before, and its answer was lost.
        if (row === undefined) return;
        await tx
          .update(deletions)
          .set({ confirmedAbsentAt: now, ...holderColumns(writer) })
          .where(eq(deletions.id, row.id));
        const copy = point?.copies.find(({ region }) => region === key.region);
        if (copy?.state === 'expiring' && row.purpose !== 'garbage') {
          await changeCopy(
            tx,
            { ...key, writer, now },
            { state: 'deleted', reason: { rule: 'deleted', text: 'its bytes are gone, which a listing proved' } },
          );
          const isLast = point?.copies.every(({ region, state }) => region === key.region || state === 'deleted') === true;
          if (isLast && point?.state === 'expiring') await setPoint(tx, key.point, 'deleted', writer);
        }
        const { purpose, versionsDeleted: versions, bytesDeleted: bytes } = row;
        const evidence = { region: key.region, reasons, versions, bytes };
        const actor = `run:${writer.run}`;
        await insertAuditEvent(
          tx,
          now,
          purpose === 'garbage'
            ? { actor, action: 'garbage.collected', subject: key.point, facts: evidence }
            : { actor, action: 'copy.deleted', subject: subjectOf(key), facts: { point: key.point, purpose, ...evidence } },
        );
        await notify(tx, 'points', key.point);
      }),

    tally: (regions) =>
      attempt(async (db) => {
        if (regions.length === 0) return new Map();
        const hourAgo = new Date(clock.now().getTime() - 3_600_000).toISOString();
        const missing = regions.filter((region) => (counted.get(region)?.untilMs ?? 0) <= clock.monotonicMs());
        if (missing.length > 0) {
          const rows = await db.execute<{ region: RegionId; copies: number }>(sql`
            select region_id as region, sum(copies)::int as copies from (
              select region_id, count(*) as copies from ${copies}
              where region_id in ${missing} and state in ('stored', 'verified', 'expiring') group by region_id
              union all
              select region_id, count(*) from ${deletions}
              where region_id in ${missing} and purpose = 'retention' and planned_at > ${hourAgo} and confirmed_absent_at is not null
              group by region_id
            ) counted group by region_id`);
          for (const region of missing) {
            const count = rows.find((row) => row.region === region)?.copies ?? 0;
            counted.set(region, { copies: count, untilMs: clock.monotonicMs() + countEveryMs });
          }
        }
        const marked = await db.execute<{ region: RegionId; lately: number; instances: number }>(sql`
          select region_id as region, count(*)::int as lately, count(distinct instance_id)::int as instances from ${deletions}
          where region_id in ${[...regions]} and purpose = 'retention' and planned_at > ${hourAgo}
            and undone_at is null
          group by region_id`);
        return new Map(
          regions.map((region) => {
            const { lately = 0, instances = 0 } = marked.find((row) => row.region === region) ?? {};
            return [region, { copies: counted.get(region)?.copies ?? 0, lately, instances }] as const;
          }),
        );
      }),
    locksOf: (points) =>
      attempt(async (db) => {
        if (points.length === 0) return new Map();
        const rows = await db
          .select({ point: copies.pointId, region: copies.regionId, until: copies.lockedUntil })
          .from(copies)
          .where(and(inArray(copies.pointId, [...points]), isNotNull(copies.lockedUntil)));
        return new Map(
          rows.flatMap(({ point, region, until }) => (until === null ? [] : [[subjectOf({ point, region }), until] as const])),
        );
      }),

    async deny(key, actor, purpose, reasons) {
      const now = clock.now();
      const facts = { point: key.point, region: key.region, purpose, reasons };
      await transact((tx) => insertAuditEvent(tx, now, { actor, action: 'deletion.denied', subject: subjectOf(key), facts }));
    },
  };
}

/** Holds one of the copies as it is until the transaction ends. Always of a newer point, so that two deletions never wait for each other in a circle. */
async function isOneVerified(tx: Executor, keys: readonly CopyKey[]): Promise<boolean> {
  if (keys.length === 0) return true;
  const named = sql.join(
    keys.map(({ point, region }) => sql`(${point}, ${region})`),
    sql`, `,
  );
  const found = await tx.execute(sql`
    select c.region_id from ${copies} c join ${recoveryPoints} p on p.id = c.point_id
    where (c.point_id, c.region_id) in (${named}) and c.state = 'verified' and p.state = 'complete' limit 1 for share of c`);
  return found.length > 0;
}

/** Holds are only ever added, and so are versions: counting finds also one whose transaction began earlier and ended later than another's. */
async function readDeciding(db: Executor, instance: InstanceId): Promise<string> {
  const [row] = await db.execute<{ deciding: string }>(sql`
    select concat_ws(' ',
      (select count(*) from ${holds}),
      (select count(*) from ${policyVersions}),
      (select count(*) from ${instanceVersions} v where v.instance_id = ${instance}),
      (select md5(row(i.engine, i.home_region, i.policy_id, i.data_class, i.labels, i.retired_at)::text) from ${instances} i where i.id = ${instance})
    ) as deciding`);
  if (row === undefined) throw new RangeError('an aggregate gives a row');
  return row.deciding;
}

const rowOf = ({ point, region, instance, reasons, ...rest }: NewDeletion, now: Date) => ({
  ...rest,
  reasons: [...reasons],
  instanceId: instance,
  pointId: point,
  regionId: region,
  plannedAt: now,
});

const holderColumns = ({ run, epoch }: RunWriter) => ({ runId: run, runEpoch: epoch });
/** Of an earlier start of the same run, or of another run. */
const isOfAnother = ({ runId, runEpoch }: typeof deletions.$inferSelect, { run, epoch }: RunWriter) => runId !== run || runEpoch !== epoch;

function toRecord({
  pointId,
  regionId,
  instanceId,
  runId: _runId,
  runEpoch: _runEpoch,
  contested: _contested,
  markedIn: _markedIn,
  ...row
}: typeof deletions.$inferSelect): DeletionRecord {
  return { ...row, point: pointId, region: regionId, instance: instanceId };
}
