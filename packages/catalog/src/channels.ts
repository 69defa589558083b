import { sql } from 'drizzle-orm';
import type { Executor } from './query-context.ts';

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
