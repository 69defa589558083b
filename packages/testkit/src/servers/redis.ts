import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { childEnvironment } from '../processes/environment.ts';
import { requireProgram } from '../processes/find-program.ts';
import { startOnPort, startReady } from '../processes/start-ready.ts';
import { createServerHandle, type Server, type ServerOptions } from './server.ts';

export interface RedisServer extends Server {
  /** Holds the password. */
  url: string;
}

export interface RedisOptions extends ServerOptions {
  /** Generated when absent. */
  password?: string;
  /** Keeps every write in a file, so that a killed server loses at most the last second. Off by default. */
  appendOnly?: boolean;
}

/** Redis as BullMQ needs it: it refuses writes when full instead of evicting. Errors: stack.program-missing, stack.start-failed. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const { folder, name = 'redis', lifetime = 'guarded', appendOnly = false, environment } = options;
  const command = requireProgram('redis-server', environment);
  const password = options.password ?? randomBytes(18).toString('base64url');
  const dataFolder = join(folder, name);
  await mkdir(dataFolder, { recursive: true });

  const startOn = async (port: number) => {
    const configFile = join(folder, `${name}.conf`);
    await writeFile(configFile, redisConfig({ port, password, appendOnly, dataFolder }), { mode: 0o600 });
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const record = await startReady(
      { name, command, args: [configFile], env: childEnvironment(environment), cwd: dataFolder, logFile: join(folder, `${name}.log`) },
      { lifetime, isReady: () => doesRedisAnswer(url), onSpawn: options.onSpawn, clock: options.clock },
    );
    return { port, url, record };
  };
  const { port, url, record } = await startOnPort(options.port, startOn);
  return { ...createServerHandle(record, port, async () => (await startOn(port)).record), url };
}

const redisConfig = ({
  port,
  password,
  appendOnly,
  dataFolder,
}: {
  port: number;
  password: string;
  appendOnly: boolean;
  dataFolder: string;
}) =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${dataFolder}"`,
    'maxmemory-policy noeviction',
    `appendonly ${appendOnly ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    'daemonize no',
    '',
  ].join('\n');

/** Also false while Redis still loads its data. */
async function doesRedisAnswer(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 1000,
    commandTimeout: 1000,
    enableReadyCheck: false,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
