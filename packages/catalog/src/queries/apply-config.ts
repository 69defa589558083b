import { type Instance, type InstanceId, type Region, type Rulebook, type RulebookPolicy, retentionSectionSchema } from '@cbcr/domain';
import { and, eq, isNull, notInArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances } from '../schema/instances.ts';
import { insertAuditEvent } from './audit.ts';
import { instanceColumns } from './instances.ts';
import { applyLimits } from './limits.ts';
import { unlistPoliciesExcept, upsertPolicies } from './policies.ts';
import { upsertRegions } from './regions.ts';
import { appendVersion, type RulebookChange } from './rulebook.ts';

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
}

/**
 * Makes the catalog say what cbcr.yaml says, in one transaction. Nothing is deleted: regions and policies that vanished are no longer
 * listed, instances that came from cbcr.yaml and vanished are retired. Instances that the API added stay, unless cbcr.yaml names them:
 * then they are its own from now on. References between the parts were checked before (`@cbcr/config`).
 */
export type ApplyConfig = (desired: DesiredConfig, change: RulebookChange | string) => Promise<ConfigOutcome>;

/** As {@link ApplyConfig}, for the rulebook alone: instances and limits stay as they are. Answers with its version. */
export type ApplyRulebook = (rulebook: Rulebook, change: RulebookChange) => Promise<number>;

// Two schedulers that start at once apply their files one after the other.
const lockConfig = (tx: Executor) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('cbcr apply-config', 0))`);

export function createApplyRulebook({ clock, transact }: QueryContext): ApplyRulebook {
  return (rulebook, change) => {
    const now = clock.now();
    return transact(async (tx) => {
      await lockConfig(tx);
      return writeRulebook(tx, now, rulebook, change);
    });
  };
}

async function writeRulebook(tx: Executor, now: Date, rulebook: Rulebook, change: RulebookChange): Promise<number> {
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
  return (desired, by) => {
    const now = clock.now();
    const change = typeof by === 'string' ? { actor: by } : by;
    return transact(async (tx) => {
      await lockConfig(tx);
      const version = await writeRulebook(tx, now, rulebookOf(desired), change);
      await upsertInstances(tx, now, desired.instances);
      await applyLimits(tx, now, desired.limits ?? {});
      const retired = await retireVanished(tx, now, desired.instances);
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
      return { retired, version };
    });
  };
}

async function upsertInstances(tx: Executor, now: Date, wanted: readonly Instance[]): Promise<void> {
  if (wanted.length === 0) return;
  const values = wanted.map((instance) => ({ ...instanceColumns(instance), source: 'config' as const, createdAt: now }));
  await tx
    .insert(instances)
    .values(values.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
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
      },
    });
}

async function retireVanished(tx: Executor, now: Date, wanted: readonly Instance[]): Promise<InstanceId[]> {
  const named = wanted.map((instance) => instance.id);
  const retired = await tx
    .update(instances)
    .set({ retiredAt: now, nextDueAt: null })
    .where(and(eq(instances.source, 'config'), isNull(instances.retiredAt), notInArray(instances.id, named)))
    .returning({ id: instances.id });
  return retired.map((row) => row.id).toSorted();
}
