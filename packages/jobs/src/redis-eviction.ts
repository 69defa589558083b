import type { Redis } from 'ioredis';

/**
 * What is wrong with the server's way of making room, or null. A Redis that evicts keys drops jobs and locks without a word; the
 * reconciler would heal it, but late. Read from INFO because hosted servers forbid CONFIG.
 */
export async function findEvictionProblem(client: Pick<Redis, 'info'>): Promise<string | null> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return null;
  return `Redis evicts keys when its memory is full (maxmemory-policy ${policy}); set maxmemory-policy noeviction, or queued runs will vanish and wait for the reconciler.`;
}
