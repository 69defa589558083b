import {
  CbcrError,
  type EarlierRulebook,
  hashRulebook,
  type InstanceId,
  type Reason,
  type RegionId,
  type Rulebook,
  type RulebookPolicy,
  retentionSectionSchema,
  rulebookSchema,
} from '@cbcr/domain';
import { asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances, policies, regions } from '../schema/instances.ts';
import { copies, recoveryPoints } from '../schema/points.ts';
import { policyVersions } from '../schema/policy-versions.ts';
import { askForLook } from './ask-for-look.ts';
import { insertAuditEvent } from './audit.ts';
import { toRegion } from './regions.ts';
import { askForReview } from './retention-due.ts';

export interface CurrentRulebook {
  /** 0 before anything was applied by a version of CBCR that keeps versions. */
  version: number;
  hash: string;
  /** The same object as long as the version is the same; it is never changed in place. */
  rulebook: Rulebook;
}

export interface PolicyVersion {
  version: number;
  hash: string;
  author: string;
  reason: string | null;
  forced: boolean;
  rollbackOf: number | null;
  appliedAt: Date;
}

/** Who changes the rulebook, and why. */
export interface RulebookChange {
  actor: string;
  reason?: string | undefined;
  forced?: boolean | undefined;
  rollbackOf?: number | undefined;
  /** What becomes illegal by the change: copies that may not be where they are. Written down with it. */
  illegal?: readonly IllegalCopies[] | undefined;
}

/** Copies of an instance in one region. */
export interface HeldCopies {
  instance: InstanceId;
  region: RegionId;
  points: number;
  bytes: number;
}
export type IllegalCopies = HeldCopies & { reason: Reason };

export interface RulebookQueries {
  /**
   * The rulebook in force. A policy that it no longer names stays in it for the instances that name the policy, without its selector: what an
   * instance was promised does not end because a line vanished from a file.
   */
  current(): Promise<CurrentRulebook>;
  /** Throws `policy.version-not-found`. */
  get(version: number): Promise<PolicyVersion & { rulebook: Rulebook }>;
  /** Newest first. */
  list(filter?: { before?: number | undefined; limit?: number | undefined }): Promise<PolicyVersion[]>;
  /** Where instances, retired ones too, have copies with bytes. Reads every copy: for changes of the rules, not for every round. */
  listHeldCopies(): Promise<HeldCopies[]>;
  /** The newest version that said this; null when none did. */
  findByHash(hash: string): Promise<PolicyVersion | null>;
}

/** Of a rulebook that does not say one. The domain drops those whose own time is over. */
const defaultCoolingOffMs = retentionSectionSchema.parse({}).coolingOff.ms;

const newest = async (tx: Executor) => {
  const [row] = await tx
    .select({ version: policyVersions.version, hash: policyVersions.hash })
    .from(policyVersions)
    .orderBy(desc(policyVersions.version))
    .limit(1);
  return row;
};

/** The version in force, and whether it is a new one. */
export interface AppendedVersion {
  version: number;
  changed: boolean;
}

/** Adds a version, unless the rulebook in force is the same already. Callers hold the lock of a change of configuration. */
export async function appendVersion(tx: Executor, now: Date, rulebook: Rulebook, change: RulebookChange): Promise<AppendedVersion> {
  const { actor, reason = null, forced = false, rollbackOf = null, illegal = [] } = change;
  const hash = hashRulebook(rulebook);
  const last = await newest(tx);
  if (last?.hash === hash) return { version: last.version, changed: false };
  const version = (last?.version ?? 0) + 1;
  // As JSON now: the driver would store moments in a form of its own.
  const document: unknown = JSON.parse(JSON.stringify(rulebook));
  await tx.insert(policyVersions).values({ version, document, hash, author: actor, reason, forced, rollbackOf, appliedAt: now });
  const action = rollbackOf === null ? 'policy.applied' : 'policy.rolled-back';
  await askForReview(tx, now, sql`true`);
  await insertAuditEvent(tx, now, { actor, action, subject: `policy:${version}`, facts: { version, hash, reason, forced, rollbackOf } });
  // How long copies are locked may be another now.
  await askForLook(tx, now, sql`true`);
  for (const { instance, ...facts } of illegal) {
    await insertAuditEvent(tx, now, { actor, action: 'copy.became-illegal', subject: instance, facts: { version, ...facts } });
  }
  return { version, changed: true };
}

/** For every instance whose newest restorable point has verified copies: where they are. Retired ones too: their data is still there. */
export async function readVerifiedPlaces(db: Executor): Promise<Map<InstanceId, RegionId[]>> {
  const rows = await db.execute<{ instance: InstanceId; region: RegionId }>(sql`
    select i.id as instance, c.region_id as region
    from ${instances} i
    cross join lateral (
      select p.id from ${recoveryPoints} p
      where p.instance_id = i.id and p.state = 'complete'
        and exists (select 1 from ${copies} v where v.point_id = p.id and v.state = 'verified')
      order by p.captured_at desc, p.id desc limit 1
    ) newest
    join ${copies} c on c.point_id = newest.id and c.state = 'verified'
    order by i.id, c.region_id`);
  const places = Map.groupBy(rows, ({ instance }) => instance);
  return new Map([...places].map(([instance, held]) => [instance, held.map(({ region }) => region)]));
}

/** What is in force, read anew. */
export async function readCurrent(db: Executor): Promise<CurrentRulebook> {
  const last = await newest(db);
  return last === undefined ? readUnversioned(db) : readVersioned(db, last);
}

async function readVersioned(db: Executor, last: { version: number; hash: string }): Promise<CurrentRulebook> {
  const [row] = await db.select().from(policyVersions).where(eq(policyVersions.version, last.version));
  return { ...last, rulebook: await withUnlisted(db, rulebookSchema.parse(row?.document)) };
}

export function createRulebookQueries({ attempt }: QueryContext): RulebookQueries {
  let known: CurrentRulebook | undefined;
  const details = {
    version: policyVersions.version,
    hash: policyVersions.hash,
    author: policyVersions.author,
    reason: policyVersions.reason,
    forced: policyVersions.forced,
    rollbackOf: policyVersions.rollbackOf,
    appliedAt: policyVersions.appliedAt,
  };
  return {
    current: () =>
      attempt(async (db) => {
        const last = await newest(db);
        if (last === undefined) return readUnversioned(db);
        if (known?.version === last.version && known.hash === last.hash) return known;
        known = await readVersioned(db, last);
        return known;
      }),
    get: (version) =>
      attempt(async (db) => {
        const [row] = await db.select().from(policyVersions).where(eq(policyVersions.version, version));
        if (row === undefined) throw new CbcrError('policy.version-not-found', { version });
        const { document, ...rest } = row;
        return { ...rest, rulebook: rulebookSchema.parse(document) };
      }),
    list: ({ before, limit = 100 } = {}) =>
      attempt((db) =>
        db
          .select(details)
          .from(policyVersions)
          .where(before === undefined ? undefined : lt(policyVersions.version, before))
          .orderBy(desc(policyVersions.version))
          .limit(limit),
      ),
    listHeldCopies: () =>
      attempt((db) =>
        db
          .select({
            instance: recoveryPoints.instanceId,
            region: copies.regionId,
            points: sql<string>`count(*)`.mapWith(Number),
            bytes: sql<string>`sum(${copies.storedBytes})`.mapWith(Number),
          })
          .from(copies)
          .innerJoin(recoveryPoints, eq(recoveryPoints.id, copies.pointId))
          .where(sql`${copies.state} in ('copying', 'stored', 'verified', 'failed', 'blocked') and ${copies.storedBytes} > 0`)
          .groupBy(recoveryPoints.instanceId, copies.regionId)
          .orderBy(asc(recoveryPoints.instanceId), asc(copies.regionId)),
      ),
    findByHash: (hash) =>
      attempt(async (db) => {
        const [row] = await db
          .select(details)
          .from(policyVersions)
          .where(eq(policyVersions.hash, hash))
          .orderBy(desc(policyVersions.version))
          .limit(1);
        return row ?? null;
      }),
  };
}

/** What was in force a short while ago. A document that says nothing of a cooling-off has that of today. */
export async function readCoolingVersions(db: Executor, now: Date): Promise<EarlierRulebook[]> {
  const rows = await db.execute<{ version: number; document: unknown; ended_ms: string }>(sql`
    with lasting as (
      select version, document, lead(applied_at) over (order by version) as ended_at,
             coalesce((document #>> '{retention,coolingOff,ms}')::float8, 0) as own_ms
      from ${policyVersions}
    ), current as (
      select greatest(coalesce((document #>> '{retention,coolingOff,ms}')::float8, 0), ${defaultCoolingOffMs}) as ms
      from ${policyVersions} order by version desc limit 1
    )
    select version, document, (extract(epoch from ended_at) * 1000)::int8 as ended_ms from lasting, current
    where ended_at + greatest(own_ms, current.ms) * interval '1 millisecond' > ${now.toISOString()}::timestamptz
    order by version desc`);
  const earlier: EarlierRulebook[] = [];
  for (const { version, document, ended_ms } of rows) {
    const rulebook = await withUnlisted(db, rulebookSchema.parse(document));
    earlier.push({ version, rulebook, endedAt: new Date(Number(ended_ms)) });
  }
  return earlier;
}

async function withUnlisted(db: Executor, rulebook: Rulebook): Promise<Rulebook> {
  const rows = await db.select().from(policies).where(eq(policies.listed, false)).orderBy(asc(policies.id));
  const named = new Set<string>(rulebook.policies.map(({ id }) => id));
  const vanished = rows.filter(({ id }) => !named.has(id)).map(({ spec }) => withoutSelector(spec));
  return { ...rulebook, policies: [...rulebook.policies, ...vanished] };
}

function withoutSelector({ select: _select, ...policy }: RulebookPolicy): RulebookPolicy {
  return policy;
}

/** A catalog that an earlier version of CBCR filled has no versions yet, and its workers ask before the scheduler has applied its file. */
async function readUnversioned(db: Executor): Promise<CurrentRulebook> {
  const listed = await db.select().from(regions).where(eq(regions.listed, true)).orderBy(asc(regions.id));
  const specs = await db.select().from(policies).orderBy(asc(policies.id));
  const rulebook = rulebookSchema.parse({
    regions: listed.map((row) => {
      const { listed: _listed, ...region } = toRegion(row);
      return region;
    }),
    policies: specs.map(({ spec }) => spec),
  });
  return { version: 0, hash: hashRulebook(rulebook), rulebook };
}
