import { join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { startPostgres, startRedis } from '@cbcr/testkit';

/** Durable, as a catalog's Postgres and a queue's Redis are: every commit waits for the disk. */
export async function startNoOpServers(folder: string) {
  const environment = readMachineEnvironment();
  const at = { folder: join(folder, 'no-op'), environment };
  const [postgres, redis] = await Promise.all([startPostgres(at), startRedis({ ...at, appendOnly: true })]);
  return { postgres, redis, stop: async () => void (await Promise.all([postgres.stop(), redis.stop()])) };
}
export type NoOpServers = Awaited<ReturnType<typeof startNoOpServers>>;
