import { mkdir } from 'node:fs/promises';
import { startPostgres } from '../servers/postgres/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import type { Server, ServerOptions } from '../servers/server.ts';
import { ensureDatabase } from '../servers/test-database.ts';
import { startVersitygw } from '../servers/versitygw.ts';
import { regionFolder, stackBucket } from './stack-config.ts';
import { findFormerPort, type StackContext, settleAll } from './stack-context.ts';
import type { StackProcess } from './stack-processes.ts';
import { stackUrls } from './stack-secrets.ts';

/** Starts those of the missing servers, all at once; the catalog's schema is prepared as soon as its server answers. */
export async function startMissingServers(context: StackContext, missing: readonly StackProcess[]): Promise<void> {
  const { file, paths, migrate } = context;
  const isMissing = (name: string) => missing.some((candidate) => candidate.name === name);
  const { redisPassword, postgresPassword } = file.state.secrets;
  if (file.state.store === 'fs') {
    for (const { id } of file.state.regions)
      if (!file.state.outages.includes(id)) await mkdir(regionFolder(paths, id), { recursive: true });
  }
  const startCatalog = async () => {
    if (isMissing('catalog')) await startServer(context, 'catalog', (options) => startPostgres({ ...options, password: postgresPassword }));
    const url = stackUrls(file.state).database;
    await ensureDatabase(url);
    // A scheduler that runs has found the schema that it needs.
    if (isMissing('catalog') || isMissing('scheduler')) await migrate(url);
  };
  const startCustomer = async () => {
    if (isMissing('customer'))
      await startServer(context, 'customer', (options) => startPostgres({ ...options, password: postgresPassword }));
    const url = stackUrls(file.state).customer;
    await ensureDatabase(url);
    context.onCustomerReady(url);
  };
  const startQueues = async () => {
    if (isMissing('redis')) {
      await startServer(context, 'redis', (options) => startRedis({ ...options, password: redisPassword, appendOnly: true }));
    }
  };
  const stores = missing.flatMap(({ kind, region }) => (kind === 'store' && region !== null ? [startStore(context, region)] : []));
  await settleAll([startQueues(), startCatalog(), startCustomer(), ...stores]);
}

async function startStore(context: StackContext, regionId: string): Promise<void> {
  const { s3AccessKey, s3SecretKey } = context.file.state.secrets;
  const credentials = { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey };
  await startServer(context, `store-${regionId}`, (options) => startVersitygw({ ...options, bucket: stackBucket, credentials }));
}

async function startServer(context: StackContext, name: string, start: (options: ServerOptions) => Promise<Server>): Promise<void> {
  const { file, paths, environment, clock } = context;
  const server = await start({
    folder: paths.servers,
    name,
    port: await findFormerPort(context, name),
    lifetime: 'detached',
    environment,
    clock,
    onSpawn: (record) => file.recordProcess(record),
  });
  file.change((state) => {
    state.ports[name] = server.port;
  });
  context.onProgress(`${name} serves on port ${server.port}`);
}
