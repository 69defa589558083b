import { isDeepStrictEqual } from 'node:util';
import {
  CbcrError,
  type FormerInstance,
  type Instance,
  type InstanceId,
  type PolicyId,
  type Priority,
  type Rulebook,
  type Schedule,
} from '@cbcr/domain';
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances, instanceVersions } from '../schema/instances.ts';
import { askForLook } from './ask-for-look.ts';
import { insertAuditEvent } from './audit.ts';
import { type ClaimDue, claimDue, type DueClaim } from './claim-due.ts';
import { holdConfig } from './config-lock.ts';
import { requirePolicy } from './policies.ts';
import { requireRegion } from './regions.ts';
import { readCurrent } from './rulebook.ts';

export interface CatalogInstance extends Instance {
  /** Whether cbcr.yaml or the API brought it; only cbcr.yaml retires what it brought. */
  source: 'config' | 'api';
  createdAt: Date;
  /** Set once nothing new is captured; its points stay. */
  retiredAt: Date | null;
  nextDueAt: Date | null;
  /** How it was described before, oldest first. */
  formerly: readonly FormerInstance[];
}
/** As its row says, without what it was before. */
type InstanceRow = Omit<CatalogInstance, 'formerly'>;

/** What the policies of an instance say about its backups. */
interface WorkedSchedule {
  schedule: Schedule | null;
  priority?: Priority | null;
  /** Of the rulebook. */
  version: number;
  nextDueAt: Date | null;
}

export interface InstanceQueries {
  /**
   * Adds an instance on behalf of a user of the API; the same instance again changes nothing, and a retired one comes back. `judge` sees the rulebook in
   * force, which stays in force until the instance is there; what it throws refuses the instance. Throws `instance.exists`, `region.not-found`,
   * `policy.not-found`.
   */
  add(instance: Instance, actor: string, judge?: (rulebook: Rulebook) => void): Promise<InstanceRow>;
  /** Retired or not. Throws `instance.not-found`. */
  get(id: InstanceId): Promise<CatalogInstance>;
  /** By id; live ones only, unless asked otherwise. */
  list(filter?: { retired?: boolean }): Promise<CatalogInstance[]>;
  /** Nothing new is captured from now on. Throws `instance.not-found`. */
  retire(id: InstanceId, actor: string): Promise<void>;
  setNextDue(id: InstanceId, at: Date | null): Promise<void>;
  /** Live instances whose schedule was not worked out from this version of the rulebook: new ones, and all of them after a change. */
  listUnscheduled(version: number, limit?: number): Promise<(InstanceRow & { schedule: Schedule | null })[]>;
  setSchedule(id: InstanceId, worked: WorkedSchedule): Promise<void>;
  /**
   * Makes the runs of instances that are due, with their wake-up calls and next due times, in one transaction. Several schedulers may
   * call it at once: each due instance is claimed by one. An instance whose last run of the kind is still active is due again next time.
   */
  claimDue(claim: ClaimDue): Promise<DueClaim[]>;
}

function toInstance(row: typeof instances.$inferSelect): InstanceRow {
  const { homeRegion, policyId, retentionDueAt: _retentionDueAt, ...more } = row;
  const { schedule: _schedule, priority: _priority, scheduleVersion: _scheduleVersion, ...rest } = more;
  return { ...rest, home: homeRegion, ...(policyId === null ? {} : { policy: policyId }) };
}

export const instanceColumns = ({ home, policy = null, ...rest }: Omit<Instance, 'policy'> & { policy?: PolicyId | null | undefined }) => ({
  ...rest,
  homeRegion: home,
  policyId: policy,
});

/** With what they were before, of the same moment or later: what somebody changes meanwhile is in one of the two at least. */
export async function withFormer(db: Executor, rows: readonly (typeof instances.$inferSelect)[]): Promise<CatalogInstance[]> {
  if (rows.length === 0) return [];
  const found = await db
    .select()
    .from(instanceVersions)
    // Of many, all are read: few instances were ever described otherwise.
    .where(
      rows.length > 100
        ? undefined
        : inArray(
            instanceVersions.instanceId,
            rows.map(({ id }) => id),
          ),
    )
    .orderBy(asc(instanceVersions.endedAt), asc(instanceVersions.id));
  const byInstance = Map.groupBy(found, ({ instanceId }) => instanceId);
  return rows.map((row) => ({ ...toInstance(row), formerly: (byInstance.get(row.id) ?? []).map(toFormer) }));
}

const toFormer = ({
  homeRegion: home,
  policyId,
  engine,
  dataClass,
  labels,
  endedAt,
}: typeof instanceVersions.$inferSelect): FormerInstance => ({
  ...{ engine, home, dataClass, labels, endedAt },
  ...(policyId === null ? {} : { policy: policyId }),
});

async function requireInstance(tx: Executor, id: InstanceId): Promise<CatalogInstance> {
  const [row] = await tx.select().from(instances).where(eq(instances.id, id));
  const [found] = await withFormer(tx, row === undefined ? [] : [row]);
  if (found === undefined) throw new CbcrError('instance.not-found', { instance: id });
  return found;
}

async function addInstance(tx: Executor, now: Date, instance: Instance, actor: string): Promise<InstanceRow> {
  await requireRegion(tx, instance.home);
  if (instance.policy !== undefined) await requirePolicy(tx, instance.policy);
  const columns = instanceColumns(instance);
  const [added] = await tx
    .insert(instances)
    .values({ ...columns, source: 'api', createdAt: now })
    .onConflictDoNothing()
    .returning();
  const event = {
    actor,
    subject: instance.id,
    facts: { engine: instance.engine, home: instance.home, policy: columns.policyId, dataClass: instance.dataClass },
  };
  if (added !== undefined) {
    await insertAuditEvent(tx, now, { ...event, action: 'instance.added' });
    return toInstance(added);
  }
  const [existing] = await tx.select().from(instances).where(eq(instances.id, instance.id)).for('update');
  if (existing === undefined) throw new CbcrError('instance.not-found', { instance: instance.id });
  if (existing.retiredAt === null) {
    const { source: _source, createdAt: _createdAt, retiredAt: _retiredAt, nextDueAt: _nextDueAt, ...settings } = toInstance(existing);
    if (isDeepStrictEqual(instanceColumns(settings), columns)) return toInstance(existing);
    throw new CbcrError('instance.exists', { instance: instance.id });
  }
  // Points of another engine under the same name would be restored with the wrong tools.
  if (existing.engine !== instance.engine) throw new CbcrError('instance.exists', { instance: instance.id });
  const [revived] = await tx
    .update(instances)
    .set({ ...columns, source: 'api', retiredAt: null, nextDueAt: null, scheduleVersion: null, retentionDueAt: now })
    .where(eq(instances.id, instance.id))
    .returning();
  if (revived === undefined) throw new CbcrError('instance.not-found', { instance: instance.id });
  await insertAuditEvent(tx, now, { ...event, action: 'instance.revived' });
  await askForLook(tx, now, sql`id = ${instance.id}`);
  return toInstance(revived);
}

export async function listInstances(db: Executor, { retired = false }: { retired?: boolean } = {}): Promise<CatalogInstance[]> {
  const rows = await db
    .select()
    .from(instances)
    .where(retired ? undefined : isNull(instances.retiredAt))
    .orderBy(asc(instances.id));
  return withFormer(db, rows);
}

export function createInstanceQueries(context: QueryContext): InstanceQueries {
  const { clock, attempt, transact } = context;
  return {
    add(instance, actor, judge) {
      const now = clock.now();
      return transact(async (tx) => {
        if (judge !== undefined) {
          await holdConfig(tx);
          judge((await readCurrent(tx)).rulebook);
        }
        return addInstance(tx, now, instance, actor);
      });
    },
    get: (id) => attempt((db) => requireInstance(db, id)),
    list: (filter) => attempt((db) => listInstances(db, filter)),
    retire(id, actor) {
      const now = clock.now();
      return transact(async (tx) => {
        const instance = await requireInstance(tx, id);
        if (instance.retiredAt !== null) return;
        await tx.update(instances).set({ retiredAt: now, nextDueAt: null }).where(eq(instances.id, id));
        await insertAuditEvent(tx, now, { actor, action: 'instance.retired', subject: id });
      });
    },
    async setNextDue(id, at) {
      await attempt((db) => db.update(instances).set({ nextDueAt: at }).where(eq(instances.id, id)));
    },
    listUnscheduled: (version, limit = 1000) =>
      attempt(async (db) => {
        const rows = await db
          .select()
          .from(instances)
          .where(and(isNull(instances.retiredAt), sql`${instances.scheduleVersion} is distinct from ${version}`))
          .orderBy(asc(instances.id))
          .limit(limit);
        return rows.map((row) => ({ ...toInstance(row), schedule: row.schedule }));
      }),
    async setSchedule(id, { schedule, version, nextDueAt, priority = null }) {
      await attempt((db) =>
        db.update(instances).set({ schedule, scheduleVersion: version, nextDueAt, priority }).where(eq(instances.id, id)),
      );
    },
    claimDue: (claim) => claimDue(context, claim),
  };
}
