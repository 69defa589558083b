import type { Reason } from '@cbcr/domain';
import { sql } from 'drizzle-orm';
import type { QueryContext } from '../query-context.ts';
import { clockWatch } from '../schema/deletions.ts';
import { insertAuditEvent } from './audit.ts';

/** What was last seen of the time, and why it is in doubt. */
export interface WatchedClock {
  lastSeenAt: Date;
  doubt: Reason | null;
}

export interface ClockWatchQueries {
  /** Null before anybody watched. */
  read(): Promise<WatchedClock | null>;
  /** Remembers what is seen; a doubt stays until it is settled here with null. */
  see(watched: WatchedClock): Promise<void>;
  /** A person says that the time is right. Audited. */
  confirm(actor: string, reason: string): Promise<void>;
}

export function createClockWatchQueries({ clock, attempt, transact }: QueryContext): ClockWatchQueries {
  return {
    read: () =>
      attempt(async (db) => {
        const [row] = await db.select().from(clockWatch);
        return row === undefined ? null : { lastSeenAt: row.lastSeenAt, doubt: row.doubt };
      }),
    async see(watched) {
      await attempt((db) => db.insert(clockWatch).values(watched).onConflictDoUpdate({ target: clockWatch.only, set: watched }));
    },
    async confirm(actor, reason) {
      const now = clock.now();
      await transact(async (tx) => {
        await tx.update(clockWatch).set({ lastSeenAt: now, doubt: sql`null` });
        await insertAuditEvent(tx, now, { actor, action: 'deletion.confirmed', subject: 'clock', facts: { reason } });
      });
    },
  };
}
