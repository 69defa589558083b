import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type ConfigVocabulary, parseConfig } from '@cbcr/config';
import { policySchema, systemClock } from '@cbcr/domain';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { guardProcess } from '../processes/guard.ts';
import { killProcess } from '../processes/process-record.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../processes/temporary-folder.ts';
import { waitUntil } from '../processes/wait-until.ts';
import { createS3Client } from '../servers/s3-bucket.ts';
import { readStackFile } from './read-stack-file.ts';
import { createStack, type Stack, type StackOptions } from './stack.ts';
import { stackBucket } from './stack-config.ts';
import { stackPaths } from './stack-paths.ts';
import { readStackState } from './stack-state.ts';

const fakeService = fileURLToPath(new URL('./fixtures/fake-service.ts', import.meta.url));
const service = (role: string) => ({ command: process.execPath, args: [fakeService, role] });
const regions = [
  { id: 'north', jurisdictions: ['EU'] },
  { id: 'south', jurisdictions: ['UK'] },
];

let folder: TemporaryFolder;
let stacks: Stack[];
beforeEach(async () => {
  folder = await createTemporaryFolder();
  stacks = [];
});
afterEach(async () => {
  for (const stack of stacks) await stack.down({ wipe: true });
  await folder.remove();
});

/** As a command of the CLI would make it: each call knows nothing but the folder. */
function openStack(options: Partial<StackOptions> = {}): Stack {
  const stack = createStack({
    folder: folder.path,
    environment: inject('serverEnvironment'),
    migrate: createMarker,
    regions,
    programs: { scheduler: service('scheduler'), worker: service('worker') },
    ...options,
  });
  stacks.push(stack);
  // The stack's processes outlive their starter by design; those of a killed test run must not.
  const guarded = async (work: Promise<unknown>) => {
    await work.finally(() => {
      for (const record of Object.values(readState(options.name)?.processes ?? {})) guardProcess(record);
    });
  };
  return {
    ...stack,
    up: async () => {
      const result = stack.up();
      await guarded(result);
      return result;
    },
    recover: (regionId) => guarded(stack.recover(regionId)).then(() => {}),
  };
}

const readState = (name = 'default') => readStackState(stackPaths(folder.path, name).state);

async function createMarker(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`create table if not exists migrated (at timestamptz default now())`;
  await sql`insert into migrated default values`;
  await sql.end();
}

const stateOf = (stack: Stack, name: string) => stack.status().processes.find((part) => part.name === name)?.state;

test('a stack starts, is left alone when it runs, stops, and starts again on the same data and addresses', async () => {
  expect(openStack().status().state).toBe('absent');
  expect(() => readStackFile(folder.path)).toThrow('There is no local stack');

  const first = await openStack().up();
  expect(first).toMatchObject({ wasRunning: false, notes: [] });
  expect(openStack().status()).toMatchObject({ state: 'running', store: 's3' });
  expect(await openStack().up()).toEqual({ wasRunning: true, started: [], notes: [] });

  const file = readStackFile(folder.path);
  expect((await fetch(`${file.url}/readyz`)).status).toBe(200);
  const redis = new Redis(file.redisUrl);
  await redis.set('kept', 'yes');
  redis.disconnect();
  expect(statSync(stackPaths(folder.path, 'default').state).mode & 0o777).toBe(0o600);
  for (const secret of readdirSync(join(file.folder, 'secrets'))) {
    expect(statSync(join(file.folder, 'secrets', secret)).mode & 0o777).toBe(0o600);
  }

  await openStack().down();
  expect(openStack().status().state).toBe('stopped');
  expect(() => readStackFile(folder.path)).toThrow('There is no local stack');

  await openStack().up();
  expect(readStackFile(folder.path)).toEqual(file);
  const again = new Redis(file.redisUrl);
  expect(await again.get('kept')).toBe('yes');
  again.disconnect();
  const sql = postgres(file.databaseUrl, { max: 1 });
  expect(await sql`select count(*)::int as times from migrated`).toEqual([{ times: 2 }]);
  await sql.end();

  await openStack().down({ wipe: true });
  expect(existsSync(file.folder)).toBe(false);
  await openStack().down({ wipe: true });
});

test('the configuration is valid, holds no secret and keeps what was edited by hand', async () => {
  await openStack({ store: 'fs' }).up();
  const { configFile, folder: stackFolder } = readStackFile(folder.path);
  const text = readFileSync(configFile, 'utf8');
  const vocabulary: ConfigVocabulary = {
    stores: { fs: z.object({ path: z.string() }) },
    engines: {},
    limits: z.record(z.string(), z.unknown()),
    checkSchedule: () => [],
    chooseControls: () => ({ problems: [] }),
    checkRetention: () => [],
    decisions: {
      resolvePolicy: (rulebook) => ({ policy: policySchema.parse({ ...rulebook.policies[0], id: 'standard' }), applying: [] }),
      getStorageRegions: ({ instance }) => ({ instance: instance.id, placed: [], spares: [], excluded: [], unmet: [] }),
      findUnboundedLocks: () => [],
      mayUse: () => ({ allowed: true, reason: { text: '' } }),
    },
    now: systemClock.now,
  };
  const parsed = parseConfig(text, configFile, vocabulary);
  expect(parsed).toMatchObject({
    ok: true,
    config: { policies: [{ id: 'standard', placement: { copies: 2, jurisdictions: ['EU', 'UK'] } }] },
  });
  const secrets = Object.values(readState()?.secrets ?? {}).filter((secret) => typeof secret === 'string');
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(existsSync(join(stackFolder, 'regions', 'north'))).toBe(true);

  writeFileSync(configFile, text.replace('copies: 2', 'copies: 1'));
  await openStack().down();
  await openStack().up();
  expect(readFileSync(configFile, 'utf8')).toContain('copies: 1');
});

test('an outage takes one region away and leaves the others; recovery brings the same objects back', async () => {
  await openStack().up();
  const { secrets, ports } = readState() ?? {};
  const client = createS3Client({
    endpoint: `http://127.0.0.1:${ports?.['store-south']}`,
    region: 'us-east-1',
    accessKeyId: secrets?.s3AccessKey ?? '',
    secretAccessKey: secrets?.s3SecretKey ?? '',
  });
  const object = { Bucket: stackBucket, Key: 'kept' };
  await client.send(new PutObjectCommand({ ...object, Body: 'content' }));

  await openStack().outage('south');
  const status = openStack().status();
  expect(status).toMatchObject({ state: 'running', outages: ['south'] });
  expect(status.processes.filter((part) => part.state === 'outage').map((part) => part.name)).toEqual(['store-south', 'worker-south']);
  expect(await openStack().up()).toMatchObject({ wasRunning: true });
  await expect(openStack().outage('west')).rejects.toMatchObject({ code: 'region.not-found' });

  await openStack().recover('south');
  expect(openStack().status()).toMatchObject({ state: 'running', outages: [] });
  expect(await (await client.send(new GetObjectCommand(object))).Body?.transformToString()).toBe('content');
  client.destroy();
});

test('a file system region is unreachable during its outage', async () => {
  await openStack({ store: 'fs' }).up();
  const regionFolder = join(readStackFile(folder.path).folder, 'regions', 'south');
  writeFileSync(join(regionFolder, 'kept'), 'content');
  await openStack().outage('south');
  expect(existsSync(regionFolder)).toBe(false);
  await openStack().recover('south');
  expect(readFileSync(join(regionFolder, 'kept'), 'utf8')).toBe('content');
});

test('processes that died on their own are seen, and the next start heals them', async () => {
  await openStack({ store: 'fs' }).up();
  const before = readState();
  const records = ['redis', 'catalog', 'worker-north'].flatMap((name) => before?.processes[name] ?? []);
  await Promise.all(records.map((record) => killProcess(record)));
  const damaged = openStack();
  expect(damaged.status().state).toBe('partly');
  expect(['redis', 'catalog', 'customer', 'worker-north'].map((name) => stateOf(damaged, name))).toEqual([
    'died',
    'died',
    'running',
    'died',
  ]);

  expect((await openStack().up()).started.sort()).toEqual(['catalog', 'redis', 'worker-north']);
  expect(openStack().status().state).toBe('running');
  expect(readState()?.ports).toEqual(before?.ports);
  expect(readState()?.processes['scheduler']).toEqual(before?.processes['scheduler']);
});

test('a service that does not start stops the start, names its log, and leaves no process behind', async () => {
  const stack = openStack({ store: 'fs', programs: { scheduler: service('scheduler'), worker: service('failing') } });
  await expect(stack.up()).rejects.toMatchObject({
    code: 'stack.start-failed',
    facts: { log: expect.stringMatching(/worker-(north|south)\.log$/) },
  });
  expect(await waitUntil(() => stack.status().processes.every((part) => part.state !== 'running'), { deadlineMs: 60_000 })).toBe(true);
  expect(stack.status().state).toBe('stopped');
});

test('two stacks live side by side', async () => {
  await Promise.all([openStack({ name: 'one', store: 'fs' }).up(), openStack({ name: 'two', store: 'fs' }).up()]);
  const [one, two] = [readStackFile(folder.path, 'one'), readStackFile(folder.path, 'two')];
  expect(one.url).not.toBe(two.url);
  await openStack({ name: 'one' }).down();
  expect(openStack({ name: 'two' }).status().state).toBe('running');
});
