import { CbcrError, hashPolicy, type PolicyId, type RulebookPolicy } from '@cbcr/domain';
import { asc, eq, notInArray, sql } from 'drizzle-orm';
import type { Executor, QueryContext } from '../query-context.ts';
import { policies } from '../schema/instances.ts';

export interface CatalogPolicy {
  policy: RulebookPolicy;
  /** SHA-256 of the policy's canonical JSON: equal exactly when the demands are equal. */
  hash: string;
  listed: boolean;
  updatedAt: Date;
}

export interface PolicyQueries {
  /** By id; listed policies only, unless asked otherwise. */
  list(options?: { unlisted?: boolean }): Promise<CatalogPolicy[]>;
  /** Listed or not. Throws `policy.not-found`. */
  get(id: PolicyId): Promise<CatalogPolicy>;
}

export async function upsertPolicies(tx: Executor, now: Date, wanted: readonly RulebookPolicy[]): Promise<void> {
  if (wanted.length === 0) return;
  const values = wanted.map((spec) => ({ id: spec.id, spec, hash: hashPolicy(spec), listed: true, updatedAt: now }));
  await tx
    .insert(policies)
    .values(values.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    .onConflictDoUpdate({
      target: policies.id,
      set: { spec: sql`excluded.spec`, hash: sql`excluded.hash`, listed: true, updatedAt: now },
    });
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

export function createPolicyQueries({ attempt }: QueryContext): PolicyQueries {
  return {
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
