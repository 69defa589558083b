/**
 * All keys share one hash tag, so that one script may touch any of them on a Redis Cluster: every link shares a region's or a worker's gate
 * with other links, so that no smaller unit would do.
 */
export function redisKeysOf(namespace: string) {
  const prefix = `{${namespace}-throttle}`;
  return {
    limits: `${prefix}:limits`,
    moment: (name: string) => `${prefix}:free:${name}`,
    members: (name: string) => `${prefix}:members:${name}`,
  };
}
export type RedisKeys = ReturnType<typeof redisKeysOf>;

export const defaultNamespace = 'cbcr';
