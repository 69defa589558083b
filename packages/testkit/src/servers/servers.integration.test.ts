import { once } from 'node:events';
import { createServer } from 'node:net';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readLogTail } from '../processes/log-tail.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../processes/temporary-folder.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { startPostgres } from './postgres/postgres.ts';
import { startRedis } from './redis.ts';
import { createS3Client } from './s3-bucket.ts';
import { createTestBucket } from './test-bucket.ts';
import { createTestDatabase, ensureTemplateDatabase } from './test-database.ts';
import { startVersitygw } from './versitygw.ts';

const environment = inject('serverEnvironment');
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(async () => {
  await folder.remove();
});

test('a killed Redis keeps its port, password and, with an append-only file, its data', async () => {
  const server = await startRedis({ folder: folder.path, environment, appendOnly: true });
  const write = new Redis(server.url);
  await write.set('key', 'value');
  expect(await write.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  write.disconnect();

  await server.kill();
  expect(server.isAlive()).toBe(false);
  const passerBy = createServer().listen(server.port, '127.0.0.1');
  await once(passerBy, 'listening');
  const restarted = server.restart();
  expect(await waitUntil(() => readLogTail(server.logFile).includes('Address already in use'), { deadlineMs: 30_000 })).toBe(true);
  passerBy.close();
  await restarted;
  const read = new Redis(server.url);
  expect(await read.get('key')).toBe('value');
  read.disconnect();
  await server.stop();
});

test('a killed Postgres keeps its port, password and data', async () => {
  const server = await startPostgres({ folder: folder.path, environment });
  const before = postgres(server.adminUrl, { max: 1 });
  await before`create table kept as select 'Zürich' as name`;
  // A session that is busy outlives the killed server for a while, and keeps a new one from starting.
  const busy = before`select count(*) from generate_series(1, 5000000)`.catch(() => 'cut');

  await server.kill();
  await server.restart();
  await busy;
  await before.end({ timeout: 1 });
  const after = postgres(server.adminUrl, { max: 1 });
  expect(await after`select name, current_setting('fsync') as fsync, current_setting('server_encoding') as encoding from kept`).toEqual([
    { name: 'Zürich', fsync: 'on', encoding: 'UTF8' },
  ]);
  await after.end();
  await server.stop();
  expect(server.isAlive()).toBe(false);
});

test('a killed S3 server keeps its endpoint, credentials and objects', async () => {
  const server = await startVersitygw({ folder: folder.path, environment });
  const client = createS3Client(server.s3);
  const object = { Bucket: server.s3.bucket, Key: 'a/b' };
  const put = await client.send(new PutObjectCommand({ ...object, Body: 'content' }));
  expect(put.VersionId).toBeTruthy();

  await server.kill();
  await expect(createS3Client(server.s3, 1).send(new GetObjectCommand(object))).rejects.toThrow();
  await server.restart();
  const got = await client.send(new GetObjectCommand(object));
  expect(await got.Body?.transformToString()).toBe('content');
  client.destroy();
  await server.stop();
});

test('every test gets its own database, and a template is prepared only once', async () => {
  const adminUrl = inject('postgresAdminUrl');
  let prepared = 0;
  const prepare = async (url: string) => {
    prepared++;
    const sql = postgres(url, { max: 1 });
    await sql`create table things (id int)`;
    await sql.end();
  };
  const names = await Promise.all([1, 2, 3].map(() => ensureTemplateDatabase(adminUrl, 'testkit_template', prepare)));
  expect(new Set(names)).toEqual(new Set(['testkit_template']));
  expect(prepared).toBe(1);

  const databases = await Promise.all([1, 2].map(() => createTestDatabase(adminUrl, { template: 'testkit_template' })));
  for (const database of databases) {
    const sql = postgres(database.url, { max: 1 });
    expect(await sql`select * from things`).toEqual([]);
    await sql.end();
    await database.drop();
  }
});

test('every test gets its own bucket with versions', async () => {
  const s3 = await createTestBucket(inject('s3'));
  const client = createS3Client(s3);
  const put = () => client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: 'k', Body: 'x' }));
  expect((await put()).VersionId).not.toBe((await put()).VersionId);
  client.destroy();
});
