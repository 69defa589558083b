import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderEnvironmentTable } from './environment-table.ts';
import { readMachineEnvironment } from './machine-environment.ts';
import { type ProcessEnvironment, readEnvironment } from './read-environment.ts';
import { cliEnvironment, schedulerEnvironment, workerEnvironment } from './services.ts';

const folder = mkdtempSync(join(tmpdir(), 'cbcr-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileWith = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const sealKey = Buffer.alloc(32, 7).toString('base64');
const whole: ProcessEnvironment = {
  CBCR_DATABASE_URL: 'postgres://cbcr:pw@db/cbcr',
  CBCR_REDIS_URL: 'redis://localhost:6379',
  CBCR_TOKEN: 'a-token',
  CBCR_SEAL_KEY: sealKey,
};
const read = (changes: ProcessEnvironment) => readEnvironment(schedulerEnvironment, { ...whole, ...changes });

describe('the environment of a service', () => {
  test('is typed, with defaults', () => {
    expect(read({})).toEqual({
      databaseUrl: 'postgres://cbcr:pw@db/cbcr',
      redisUrl: 'redis://localhost:6379',
      token: 'a-token',
      configFile: 'cbcr.yaml',
      host: '127.0.0.1',
      port: 8420,
      sealKey: Buffer.alloc(32, 7),
      logLevel: 'info',
    });
  });

  test('of a worker reads folders, numbers and what may be absent', () => {
    const worker = readEnvironment(workerEnvironment, {
      ...whole,
      CBCR_REGION: 'berlin',
      CBCR_PG_BIN: '/a:/b',
      CBCR_METRICS_PORT: '9464',
      PATH: '/bin',
    });
    expect(worker).toMatchObject({
      region: 'berlin',
      toolFolders: ['/a', '/b'],
      searchPath: ['/bin'],
      metricsPort: 9464,
      keys: undefined,
      shutdownSeconds: 20,
    });
  });

  test('of the CLI may be empty', () => {
    expect(readEnvironment(cliEnvironment, {})).toEqual({ stateFolder: '.cbcr', url: undefined, token: undefined, databaseUrl: undefined });
  });

  test('may be given by file, without the newline at the end', () => {
    const file = fileWith('token', 'from a file\n');
    expect(read({ CBCR_TOKEN: '', CBCR_TOKEN_FILE: file }).token).toBe('from a file');
  });
});

describe('an environment that cannot be used', () => {
  test('is told with all its problems at once, without any value', () => {
    const broken = {
      CBCR_DATABASE_URL: 'mysql://root:hunter2@db',
      CBCR_REDIS_URL: 'hunter2',
      CBCR_TOKEN: undefined,
      CBCR_TOKN: 'hunter2',
      CBCR_SEAL_KEY: 'aHVudGVyMg==',
      CBCR_PORT: '99999',
      CBCR_LOG_LEVEL: 'loud',
    };
    expect(() => read(broken)).toThrow(
      'The environment is not complete: CBCR_DATABASE_URL must be a URL: postgres://… or postgresql://…; ' +
        'CBCR_REDIS_URL must be a URL: redis://… or rediss://…; CBCR_TOKEN is missing (CBCR_TOKN is set: is it misspelt?); ' +
        'CBCR_PORT must be a whole number from 0 to 65535; CBCR_SEAL_KEY must be 32 bytes in base64; ' +
        'CBCR_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent.',
    );
    expect(() => read(broken)).not.toThrow(/hunter2/);
  });

  test('may fail by its files', () => {
    const empty = fileWith('empty', '\n');
    expect(() => read({ CBCR_TOKEN_FILE: empty })).toThrow(/CBCR_TOKEN and CBCR_TOKEN_FILE are both set/);
    expect(() => read({ CBCR_TOKEN: undefined, CBCR_TOKEN_FILE: empty })).toThrow(/CBCR_TOKEN_FILE names an empty file/);
    expect(() => read({ CBCR_TOKEN: undefined, CBCR_TOKEN_FILE: join(folder, 'none') })).toThrow(/none, ENOENT/);
    const bad = fileWith('key', 'hunter2');
    expect(() => read({ CBCR_SEAL_KEY: undefined, CBCR_SEAL_KEY_FILE: bad })).toThrow(
      /the text in .*key \(CBCR_SEAL_KEY_FILE\) must be 32 bytes/,
    );
  });
});

test('the environment of other programs holds nothing of ours', () => {
  expect(readMachineEnvironment({ ...whole, PATH: '/bin', CBCR_VERSITYGW: '/opt/gw' })).toEqual({
    PATH: '/bin',
    CBCR_VERSITYGW: '/opt/gw',
  });
});

test('docs/environment.md is up to date; pnpm --filter @cbcr/config generate writes it anew', () => {
  const written = readFileSync(new URL('../../../../docs/environment.md', import.meta.url), 'utf8');
  expect(written).toBe(renderEnvironmentTable());
});
