import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { childEnvironment } from '../../processes/environment.ts';
import { requirePostgresFolder } from '../../processes/find-program.ts';
import { guardFolder } from '../../processes/guard.ts';
import { startOnPort, startReady } from '../../processes/start-ready.ts';
import { createServerHandle, type Server, type ServerOptions } from '../server.ts';
import { findServerUser, prepareDataFolder } from './data-folder.ts';
import { initCluster } from './init-cluster.ts';

export interface PostgresServer extends Server {
  /** Superuser's address of the database `postgres`; holds the password. */
  adminUrl: string;
}

export interface PostgresOptions extends ServerOptions {
  /** The superuser's; generated when absent. Must be the same whenever the same data are started again. */
  password?: string;
  /** False only for data that may be thrown away: a crash of the machine may destroy them. */
  durable?: boolean;
}

const superuser = 'postgres';

/** An own PostgreSQL cluster. Errors: stack.program-missing, stack.start-failed. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { folder, name = 'postgres', lifetime = 'guarded', durable = true, environment } = options;
  const programs = requirePostgresFolder(environment);
  const password = options.password ?? randomBytes(18).toString('base64url');
  const user = findServerUser();
  const env = childEnvironment(environment, { LC_ALL: process.platform === 'darwin' ? 'C' : 'C.UTF-8' });
  await mkdir(folder, { recursive: true });
  const home = await prepareDataFolder(join(folder, name), user);
  // Placed outside of the caller's folder, so the caller's cleaning up would miss it.
  if (lifetime === 'guarded' && !home.startsWith(folder)) guardFolder(home);
  const dataFolder = await initCluster({ programs, home, user, superuser, password, env, name });

  const startOn = async (port: number) => {
    const adminUrl = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
    const spec = {
      name,
      command: join(programs, 'postgres'),
      args: ['-D', dataFolder, ...serverSettings(port, durable).flatMap((setting) => ['-c', setting])],
      env,
      cwd: home,
      logFile: join(folder, `${name}.log`),
      // SIGINT is Postgres's "fast" shutdown; SIGTERM would wait until every client has gone.
      stopSignal: 'SIGINT' as const,
      ...(user && { user }),
    };
    const record = await startReady(spec, {
      lifetime,
      isReady: () => doesPostgresAnswer(adminUrl),
      // A killed server's sessions notice its death when they are done with what they do.
      retryOn: /pre-existing shared memory block/,
      onSpawn: options.onSpawn,
      clock: options.clock,
    });
    return { port, adminUrl, record };
  };
  const { port, adminUrl, record } = await startOnPort(options.port, startOn);
  return { ...createServerHandle(record, port, async () => (await startOn(port)).record), adminUrl };
}

const serverSettings = (port: number, durable: boolean) => [
  `port=${port}`,
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'dynamic_shared_memory_type=mmap',
  'max_wal_size=2GB',
  'log_timezone=UTC',
  'timezone=UTC',
  ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
];

/** True once the server accepts this user and password. */
async function doesPostgresAnswer(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
