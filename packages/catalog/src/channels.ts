import { sql } from 'drizzle-orm';
import type { Executor, QueryContext } from './query-context.ts';

/**
 * NOTIFY channels. A payload is an id, never a fact: what a listener misses while it is not connected it finds by reading.
 *   outbox  a run id: a wake-up call waits in the outbox
 *   cancel  a run id: somebody asked to cancel this running run
 *   points  a recovery point id: the point or one of its copies changed
 *   limits  the name of a bandwidth limit, or `config`: limits changed
 */
export const channels = { outbox: 'cbcr_outbox', cancel: 'cbcr_cancel', points: 'cbcr_points', limits: 'cbcr_limits' } as const;
export type Channel = keyof typeof channels;

/** Delivered when the surrounding transaction commits. */
export async function notify(tx: Executor, channel: Channel, payload: string): Promise<void> {
  await tx.execute(sql`select pg_notify(${channels[channel]}, ${payload})`);
}

/**
 * Notifies outside of any transaction, after the fact: nobody waits for it, and it may get lost with its process, which listeners survive
 * because they also look by themselves. While one notification is on its way, all that come up become one more.
 */
export function createAnnouncer(attempt: QueryContext['attempt']): (channel: Channel, payload: string) => void {
  const waiting = new Map<Channel, string>();
  let isBusy = false;
  const send = async () => {
    isBusy = true;
    for (const [channel, payload] of waiting) {
      waiting.delete(channel);
      // The lock that a notification takes is held until its commit: without a flush that is no time.
      const quickly = sql`select set_config('synchronous_commit', 'off', true), pg_notify(${channels[channel]}, ${payload})`;
      await attempt((db) => db.execute(quickly)).catch(() => undefined);
    }
    isBusy = false;
  };
  return (channel, payload) => {
    waiting.set(channel, payload);
    if (!isBusy) void send();
  };
}
