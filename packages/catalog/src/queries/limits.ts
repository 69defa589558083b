import { isDeepStrictEqual } from 'node:util';
import { asc, sql } from 'drizzle-orm';
import { notify } from '../channels.ts';
import type { Executor, QueryContext } from '../query-context.ts';
import { bandwidthLimits } from '../schema/limits.ts';
import { insertAuditEvent } from './audit.ts';

/** One bandwidth limit by its name. Its content is the throttle's affair; null: none. */
export interface LimitRecord {
  name: string;
  /** As cbcr.yaml says. */
  configured: unknown;
  /** Set at run time; goes before `configured` until it is reset. */
  override: unknown;
}

export interface LimitQueries {
  /** By name. Names without any limit are left out. `revision` grows with every change; 0 when there never was a limit. */
  list(): Promise<{ revision: number; limits: LimitRecord[] }>;
  /** `limit: null` resets to what cbcr.yaml says. */
  override(name: string, limit: unknown, actor: string): Promise<void>;
}

/** Above every earlier one, also those of a catalog that was lost: Redis may remember them. */
const nextRevision = sql<number>`greatest((select coalesce(max(revision), 0) + 1 from bandwidth_limits), (extract(epoch from clock_timestamp()) * 1000)::bigint)`;

const lockLimits = (tx: Executor) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('cbcr limits', 0))`);

/** Makes the configured limits those of cbcr.yaml; overrides stay. */
export async function applyLimits(tx: Executor, now: Date, wanted: Readonly<Record<string, unknown>>, actor: string): Promise<void> {
  await lockLimits(tx);
  const known = new Map((await tx.select().from(bandwidthLimits)).map((row) => [row.name, row.configured]));
  const names = new Set([...known.keys(), ...Object.keys(wanted)]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(known.get(name) ?? null, asStored(wanted[name])));
  if (changed.length === 0) return;
  for (const name of changed.toSorted()) {
    const limit = asStored(wanted[name]);
    await write(tx, now, name, { configured: limit });
    await insertAuditEvent(tx, now, { actor, action: 'limit.configured', subject: name, facts: { limit } });
  }
  await notify(tx, 'limits', 'config');
}

async function write(tx: Executor, now: Date, name: string, content: { configured: unknown } | { override: unknown }): Promise<void> {
  const changes = { ...content, revision: nextRevision, updatedAt: now };
  await tx
    .insert(bandwidthLimits)
    .values({ name, ...changes })
    .onConflictDoUpdate({ target: bandwidthLimits.name, set: changes });
}

/** What is undefined is no part of JSON. */
const asStored = (limit: unknown): unknown => (limit === undefined || limit === null ? null : JSON.parse(JSON.stringify(limit)));

export function createLimitQueries({ clock, attempt, transact }: QueryContext): LimitQueries {
  return {
    list: () =>
      attempt(async (db) => {
        const rows = await db.select().from(bandwidthLimits).orderBy(asc(bandwidthLimits.name));
        const limits = rows.filter((row) => (row.configured ?? row.override ?? null) !== null);
        return {
          revision: Math.max(0, ...rows.map((row) => row.revision)),
          limits: limits.map(({ name, configured, override }) => ({ name, configured: configured ?? null, override: override ?? null })),
        };
      }),
    override(name, limit, actor) {
      const now = clock.now();
      return transact(async (tx) => {
        await lockLimits(tx);
        await write(tx, now, name, { override: asStored(limit) });
        const action = limit === null ? 'limit.reset' : 'limit.set';
        await insertAuditEvent(tx, now, { actor, action, subject: name, facts: limit === null ? {} : { limit: asStored(limit) } });
        await notify(tx, 'limits', name);
      });
    },
  };
}
