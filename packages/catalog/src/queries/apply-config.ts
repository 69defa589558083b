import { isDeepStrictEqual } from 'node:util';
import {
  type Instance,
  type InstanceId,
  type Region,
  type RegionId,
  type Rulebook,
  type RulebookPolicy,
  retentionSectionSchema,
} from '@cbcr/domain';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances } from '../schema/instances.ts';
import { arrayLiteral } from './array-literal.ts';
import { askForLook } from './ask-for-look.ts';
import { insertAuditEvent } from './audit.ts';
import { lockConfig } from './config-lock.ts';
import { type CatalogInstance, instanceColumns, listInstances } from './instances.ts';
import { applyLimits } from './limits.ts';
import { unlistPoliciesExcept, upsertPolicies } from './policies.ts';
import { type CatalogRegion, lockRegions, upsertRegions } from './regions.ts';
import { type AppendedVersion, appendVersion, type RulebookChange, readCurrent, readVerifiedPlaces } from './rulebook.ts';

/** What a rulebook says besides regions and policies is empty when absent. */
export interface DesiredConfig extends Partial<Omit<Rulebook, 'regions' | 'policies'>> {
  regions: readonly Region[];
  policies: readonly RulebookPolicy[];
  instances: readonly Instance[];
  /** Bandwidth limits by name; none when absent. */
  limits?: Readonly<Record<string, unknown>>;
}
export interface ConfigOutcome {
  /** Instances that cbcr.yaml no longer names: nothing new is captured, their points stay. */
  retired: InstanceId[];
  /** Of the rulebook in force now; the same as before when nothing changed. */
  version: number;
  /** Whether that version is new. */
  changed: boolean;
}

/**
 * Makes the catalog say what cbcr.yaml says, in one transaction. Nothing is deleted: regions and policies that vanished are no longer
 * listed, instances that came from cbcr.yaml and vanished are retired. Instances that the API added stay, unless cbcr.yaml names them:
 * then they are its own from now on. References between the parts were checked before (`@cbcr/config`).
 */
export type ApplyConfig = (desired: DesiredConfig, change: RulebookChange | string, judge?: JudgeChange) => Promise<ConfigOutcome>;

/** As {@link ApplyConfig}, for the rulebook alone: instances and limits stay as they are. */
export type ApplyRulebook = (rulebook: Rulebook, change: RulebookChange, judge?: JudgeChange) => Promise<AppendedVersion>;

/** What a change is judged by. It stays so until the change is made or refused: no instance is added, nothing is applied, no copy becomes verified. */
export interface BeforeChange {
  rulebook: Rulebook;
  /** Retired ones too. */
  instances: readonly CatalogInstance[];
  /** Those that are no longer listed too. */
  regions: readonly CatalogRegion[];
  /** For every instance whose newest restorable point has verified copies: where they are. */
  verifiedIn: ReadonlyMap<InstanceId, readonly RegionId[]>;
}

/** Looks at what there is, and refuses the change by throwing. */
export type JudgeChange = (before: BeforeChange) => void;

async function judgeBefore(tx: Executor, judge: JudgeChange | undefined): Promise<void> {
  await lockConfig(tx);
  if (judge === undefined) return;
  const regions = await lockRegions(tx);
  const { rulebook } = await readCurrent(tx);
  judge({ rulebook, regions, instances: await listInstances(tx, { retired: true }), verifiedIn: await readVerifiedPlaces(tx) });
}

export function createApplyRulebook({ clock, transact }: QueryContext): ApplyRulebook {
  return (rulebook, change, judge) => {
    const now = clock.now();
    return transact(async (tx) => {
      await judgeBefore(tx, judge);
      return writeRulebook(tx, now, rulebook, change);
    });
  };
}

async function writeRulebook(tx: Executor, now: Date, rulebook: Rulebook, change: RulebookChange): Promise<AppendedVersion> {
  await upsertRegions(tx, now, rulebook.regions);
  await upsertPolicies(tx, now, rulebook.policies);
  await unlistPoliciesExcept(
    tx,
    now,
    rulebook.policies.map((policy) => policy.id),
  );
  return appendVersion(tx, now, rulebook, change);
}

/** The rulebook part of a configuration. */
export const rulebookOf = (desired: Omit<DesiredConfig, 'instances' | 'limits'>): Rulebook => ({
  jurisdictions: desired.jurisdictions ?? {},
  regions: [...desired.regions],
  links: desired.links ?? [],
  engines: desired.engines ?? {},
  policies: [...desired.policies],
  residency: desired.residency ?? [],
  exceptions: desired.exceptions ?? [],
  compliance: desired.compliance ?? { frameworks: [] },
  retention: desired.retention ?? retentionSectionSchema.parse({}),
});

export function createApplyConfig({ clock, transact }: QueryContext): ApplyConfig {
  return (desired, by, judge) => {
    const now = clock.now();
    const change = typeof by === 'string' ? { actor: by } : by;
    return transact(async (tx) => {
      await judgeBefore(tx, judge);
      const appended = await writeRulebook(tx, now, rulebookOf(desired), change);
      await upsertInstances(tx, now, desired.instances, change.actor);
      await applyLimits(tx, now, desired.limits ?? {}, change.actor);
      const retired = await retireVanished(tx, now, desired.instances);
      for (const id of retired) await insertAuditEvent(tx, now, { actor: change.actor, action: 'instance.retired', subject: id });
      await insertAuditEvent(tx, now, {
        actor: change.actor,
        action: 'config.applied',
        subject: 'config',
        facts: {
          regions: desired.regions.map((region) => region.id),
          policies: desired.policies.map((policy) => policy.id),
          instances: desired.instances.length,
          limits: Object.keys(desired.limits ?? {}),
          retired,
        },
      });
      return { retired, ...appended };
    });
  };
}

async function upsertInstances(tx: Executor, now: Date, wanted: readonly Instance[], actor: string): Promise<void> {
  if (wanted.length === 0) return;
  const changed = await recordInstances(tx, now, wanted, actor);
  const values = wanted
    .map((instance) => ({ ...instanceColumns(instance), source: 'config' as const, createdAt: now }))
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  for (let begin = 0; begin < values.length; begin += rowsAtOnce) await upsertRows(tx, now, values.slice(begin, begin + rowsAtOnce));
  // Other holds may cover their copies now, and another lock may be demanded.
  if (changed.length > 0) await askForLook(tx, now, sql`id = any(${arrayLiteral(changed)}::text[])`);
}

/** A statement has at most 65,535 parameters, and a row needs several. */
const rowsAtOnce = 1_000;

async function upsertRows(tx: Executor, now: Date, rows: (typeof instances.$inferInsert)[]): Promise<void> {
  await tx
    .insert(instances)
    .values(rows)
    .onConflictDoUpdate({
      target: instances.id,
      set: {
        engine: sql`excluded.engine`,
        homeRegion: sql`excluded.home_region`,
        policyId: sql`excluded.policy_id`,
        dataClass: sql`excluded.data_class`,
        labels: sql`excluded.labels`,
        connection: sql`excluded.connection`,
        source: sql`excluded.source`,
        retiredAt: null,
        // Another policy may have another schedule: the scheduler looks again.
        scheduleVersion: null,
        // Other rules may be for it now.
        retentionDueAt: sql`case when (${instances.engine}, ${instances.homeRegion}, ${instances.policyId}, ${instances.dataClass}, ${instances.labels}) is distinct from
          (excluded.engine, excluded.home_region, excluded.policy_id, excluded.data_class, excluded.labels)
          then least(${instances.retentionDueAt}, ${now.toISOString()}) else ${instances.retentionDueAt} end`,
      },
    });
}

async function retireVanished(tx: Executor, now: Date, wanted: readonly Instance[]): Promise<InstanceId[]> {
  const named = arrayLiteral(wanted.map((instance) => instance.id));
  const retired = await tx
    .update(instances)
    .set({ retiredAt: now, nextDueAt: null })
    .where(and(eq(instances.source, 'config'), isNull(instances.retiredAt), sql`${instances.id} <> all(${named}::text[])`))
    .returning({ id: instances.id });
  return retired.map((row) => row.id).toSorted();
}

/**
 * What becomes of the instances of the file, as events: new ones, those that come back, those that are described otherwise. Answers with
 * those that existed and are not what they were.
 */
async function recordInstances(tx: Executor, now: Date, wanted: readonly Instance[], actor: string): Promise<InstanceId[]> {
  const changed: InstanceId[] = [];
  const known = new Map((await tx.select().from(instances)).map((row) => [row.id, row]));
  for (const instance of wanted) {
    const before = known.get(instance.id);
    const after = instanceColumns(instance);
    const { engine, homeRegion: home, policyId: policy, dataClass } = after;
    if (before === undefined || before.retiredAt !== null) {
      const action = before === undefined ? 'instance.added' : 'instance.revived';
      await insertAuditEvent(tx, now, { actor, action, subject: instance.id, facts: { engine, home, policy, dataClass } });
      if (before !== undefined) changed.push(instance.id);
      continue;
    }
    const was = instanceColumns({ ...before, home: before.homeRegion, policy: before.policyId });
    // A connection may be sealed: that it changed is said, what it was is not.
    const names = describedColumns.filter((name) => !isDeepStrictEqual(was[name], after[name]));
    if (names.length === 0) continue;
    changed.push(instance.id);
    const show = (columns: typeof after) =>
      Object.fromEntries(names.map((name) => [name, name === 'connection' ? '(not shown)' : columns[name]]));
    await insertAuditEvent(tx, now, {
      actor,
      action: 'instance.changed',
      subject: instance.id,
      facts: { before: show(was), after: show(after) },
    });
  }
  return changed;
}

const describedColumns = ['engine', 'homeRegion', 'policyId', 'dataClass', 'labels', 'connection'] as const;
