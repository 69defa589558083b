import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** Runs a script by its hash, and sends it whole where the server does not know it (yet, or any more). */
export function createRedisScript(
  redis: Redis,
  text: string,
): (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown> {
  const sha1 = createHash('sha1').update(text).digest('hex');
  return async (keys, args) => {
    try {
      return await redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await redis.eval(text, keys.length, ...keys, ...args);
    }
  };
}
