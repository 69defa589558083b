import { CbcrError, hashPolicy, type Policy, type PolicyId } from '@cbcr/domain';
import { asc, eq, inArray, isNull, notInArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { instances, policies } from '../schema/instances.ts';

export interface CatalogPolicy {
  policy: Policy;
  /** SHA-256 of the policy's canonical JSON: equal exactly when the demands are equal. */
  hash: string;
  listed: boolean;
  updatedAt: Date;
}

export interface PolicyQueries {
  /** Adds or replaces one policy. */
  apply(policy: Policy): Promise<CatalogPolicy>;
  /** By id; listed policies only, unless asked otherwise. */
  list(options?: { unlisted?: boolean }): Promise<CatalogPolicy[]>;
  /** Listed or not. Throws `policy.not-found`. */
  get(id: PolicyId): Promise<CatalogPolicy>;
}

/** Adds or replaces. Instances whose policy changed lose their next due time, so that the scheduler looks at the schedule again. */
export async function upsertPolicies(tx: Executor, now: Date, wanted: readonly Policy[]): Promise<void> {
  if (wanted.length === 0) return;
  const values = wanted.map((spec) => ({ id: spec.id, spec, hash: hashPolicy(spec), listed: true, updatedAt: now }));
  const known = await tx
    .select({ id: policies.id, hash: policies.hash })
    .from(policies)
    .where(
      inArray(
        policies.id,
        values.map((value) => value.id),
      ),
    );
  const hashes = new Map(known.map((row) => [row.id, row.hash]));
  const changed = values.filter((value) => hashes.has(value.id) && hashes.get(value.id) !== value.hash).map((value) => value.id);
  await tx
    .insert(policies)
    .values(values.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    .onConflictDoUpdate({
      target: policies.id,
      set: { spec: sql`excluded.spec`, hash: sql`excluded.hash`, listed: true, updatedAt: now },
    });
  if (changed.length > 0) {
    await tx
      .update(instances)
      .set({ nextDueAt: null })
      .where(sql`${inArray(instances.policyId, changed)} and ${isNull(instances.retiredAt)}`);
  }
}

export async function unlistPoliciesExcept(tx: Executor, now: Date, ids: readonly PolicyId[]): Promise<void> {
  await tx
    .update(policies)
    .set({ listed: false, updatedAt: now })
    .where(sql`${policies.listed} and ${notInArray(policies.id, [...ids])}`);
}

/** Throws `policy.not-found` with the policies that could have been meant. */
export async function requirePolicy(tx: Executor, id: PolicyId): Promise<CatalogPolicy> {
  const [row] = await tx.select().from(policies).where(eq(policies.id, id));
  if (row !== undefined) return toPolicy(row);
  const known = await tx.select({ id: policies.id }).from(policies).where(eq(policies.listed, true)).orderBy(asc(policies.id));
  throw new CbcrError('policy.not-found', { policy: id, known: known.map((policy) => policy.id).join(', ') || 'none' });
}

const toPolicy = ({ spec, hash, listed, updatedAt }: typeof policies.$inferSelect): CatalogPolicy => ({
  policy: spec,
  hash,
  listed,
  updatedAt,
});

export function createPolicyQueries({ clock, attempt, transact }: QueryContext): PolicyQueries {
  return {
    apply(policy) {
      const now = clock.now();
      return transact(async (tx) => {
        await upsertPolicies(tx, now, [policy]);
        return requirePolicy(tx, policy.id);
      });
    },
    list: ({ unlisted = false } = {}) =>
      attempt(async (db) => {
        const rows = await db
          .select()
          .from(policies)
          .where(unlisted ? undefined : eq(policies.listed, true))
          .orderBy(asc(policies.id));
        return rows.map(toPolicy);
      }),
    get: (id) => attempt((db) => requirePolicy(db, id)),
  };
}
