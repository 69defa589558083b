import type { Instance, InstanceId, Policy, Region } from '@cbcr/domain';
import { and, eq, isNull, notInArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances } from '../schema/instances.ts';
import { insertAuditEvent } from './audit.ts';
import { instanceColumns } from './instances.ts';
import { applyLimits } from './limits.ts';
import { unlistPoliciesExcept, upsertPolicies } from './policies.ts';
import { upsertRegions } from './regions.ts';

export interface DesiredConfig {
  regions: readonly Region[];
  policies: readonly Policy[];
  instances: readonly Instance[];
  /** Bandwidth limits by name; none when absent. */
  limits?: Readonly<Record<string, unknown>>;
}
export interface ConfigOutcome {
  /** Instances that cbcr.yaml no longer names: nothing new is captured, their points stay. */
  retired: InstanceId[];
}

/**
 * Makes the catalog say what cbcr.yaml says, in one transaction. Nothing is deleted: regions and policies that vanished are no longer
 * listed, instances that came from cbcr.yaml and vanished are retired. Instances that the API added stay, unless cbcr.yaml names them:
 * then they are its own from now on. References between the parts were checked before (`@cbcr/config`).
 */
export type ApplyConfig = (desired: DesiredConfig, actor: string) => Promise<ConfigOutcome>;

export function createApplyConfig({ clock, transact }: QueryContext): ApplyConfig {
  return (desired, actor) => {
    const now = clock.now();
    return transact(async (tx) => {
      // Two schedulers that start at once apply their files one after the other.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('cbcr apply-config', 0))`);
      await upsertRegions(tx, now, desired.regions);
      await upsertPolicies(tx, now, desired.policies);
      await unlistPoliciesExcept(
        tx,
        now,
        desired.policies.map((policy) => policy.id),
      );
      await upsertInstances(tx, now, desired.instances);
      await applyLimits(tx, now, desired.limits ?? {});
      const retired = await retireVanished(tx, now, desired.instances);
      await insertAuditEvent(tx, now, {
        actor,
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
      return { retired };
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
        // Another policy has another schedule.
        nextDueAt: sql`case when ${instances.policyId} = excluded.policy_id then ${instances.nextDueAt} end`,
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
