import type { Priority, RegionId, RunId } from '@cbcr/domain';
import { inArray, sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { outbox, runs } from '../schema/runs.ts';
import { arrayLiteral } from './array-literal.ts';

/** A wake-up call on its way from the catalog to Redis. */
export interface WakeUpCall {
  id: number;
  run: RunId;
  kind: string;
  region: RegionId;
  /** The run must not start earlier: the queue delays the job. */
  notBefore: Date | null;
  priority: Priority | null;
}

/**
 * claim → the caller enqueues in Redis → relayed. A relay that dies in between loses nothing: its claim runs out and the call is made
 * again, which is harmless. No lock is held while Redis works.
 */
export interface OutboxQueries {
  /**
   * Calls that no other relay works on, fresh ones before those whose claim ran out; marks their runs as enqueued. The claim lasts `leaseMs`
   * (default 30 s).
   */
  claim(limit: number, leaseMs?: number): Promise<WakeUpCall[]>;
  /** These are in Redis. */
  markRelayed(calls: readonly WakeUpCall[]): Promise<void>;
}

export function createOutboxQueries({ clock, attempt }: QueryContext): OutboxQueries {
  return {
    claim(limit, leaseMs = 30_000) {
      const now = clock.now();
      const claimedUntil = new Date(now.getTime() + leaseMs);
      return attempt(async (db) => {
        // A common table expression runs once; as a plain subquery the planner may run it again and lock more than the limit.
        const free = db
          .$with('free')
          .as((query) =>
            query
              .select({ id: outbox.id, runId: outbox.runId })
              .from(outbox)
              .where(sql`${outbox.claimedUntil} is null or ${outbox.claimedUntil} <= ${now.toISOString()}`)
              .orderBy(sql`${outbox.claimedUntil} nulls first`, outbox.id)
              .limit(limit)
              .for('update', { skipLocked: true }),
          );
        // Runs that somebody works on at this moment need no stamp. Whoever opens them does not meet the relay: their calls go out after this.
        const stamped = db.$with('stamped', {}).as(sql`update ${runs} set enqueued_at = ${now.toISOString()} where id in
          (select id from ${runs} where id in (select run_id from free) for no key update skip locked)`);
        const rows = await db
          .with(free, stamped)
          .update(outbox)
          .set({ claimedUntil })
          .where(inArray(outbox.id, db.select({ id: free.id }).from(free)))
          .returning();
        return rows
          .toSorted((a, b) => a.id - b.id)
          .map(({ id, runId, kind, regionId, notBefore, priority }) => ({ id, run: runId, kind, region: regionId, notBefore, priority }));
      });
    },
    async markRelayed(calls) {
      if (calls.length === 0) return;
      const ids = calls.map((call) => call.id);
      await attempt((db) => db.delete(outbox).where(sql`${outbox.id} = any(${arrayLiteral(ids)}::bigint[])`));
    },
  };
}
