import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliEnvironment, readEnvironment } from '@cbcr/config';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findStack, locateStateFolder } from './local-stack/find-stack.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cbcr-connection-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeStack(stateFolder: string, name: string, isWanted = true) {
  const stack = join(stateFolder, 'stacks', name);
  mkdirSync(stack, { recursive: true });
  const secrets = { sealKey: '', keys: {}, redisPassword: '', postgresPassword: '', s3AccessKey: '', s3SecretKey: '' };
  const state = {
    ...{ version: 1, name, store: 'fs', regions: [{ id: 'north', jurisdictions: ['EU'] }], workersPerRegion: 1, isWanted },
    ...{ outages: [], ports: { scheduler: 4711 }, processes: {}, secrets: { ...secrets, token: `token of ${name}` } },
  };
  writeFileSync(join(stack, 'state.json'), JSON.stringify(state));
}

const lookFrom = (currentFolder: string, { home, stack }: { home?: string; stack?: string } = {}) => ({
  currentFolder,
  environment: () => readEnvironment(cliEnvironment, home === undefined ? {} : { CBCR_HOME: home }),
  stackName: () => stack,
});

describe('the local stack', () => {
  test('is found from a folder below it', () => {
    writeStack(join(folder, '.cbcr'), 'default');
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    expect(findStack(lookFrom(join(folder, 'a/b')))).toMatchObject({ url: 'http://127.0.0.1:4711', token: 'token of default' });
  });

  test('that is nearest wins', () => {
    writeStack(join(folder, '.cbcr'), 'default');
    writeStack(join(folder, 'near/.cbcr'), 'mine');
    expect(findStack(lookFrom(join(folder, 'near'))).name).toBe('mine');
  });

  test('of an absolute CBCR_HOME is used from anywhere', () => {
    writeStack(join(folder, 'elsewhere'), 'default');
    expect(findStack(lookFrom('/', { home: join(folder, 'elsewhere') })).name).toBe('default');
  });

  test('called default is taken before others; another one by its name', () => {
    for (const name of ['alpha', 'default']) writeStack(join(folder, '.cbcr'), name);
    expect(findStack(lookFrom(folder)).name).toBe('default');
    expect(findStack(lookFrom(folder, { stack: 'alpha' })).name).toBe('alpha');
  });

  test('is not guessed among several', () => {
    for (const name of ['alpha', 'beta']) writeStack(join(folder, '.cbcr'), name);
    expect(() => findStack(lookFrom(folder))).toThrow(
      expect.objectContaining({ code: 'usage.invalid', message: expect.stringContaining('alpha, beta') }),
    );
  });

  test('that was stopped or never made is not running', () => {
    const notRunning = expect.objectContaining({ code: 'stack.not-running' });
    expect(() => findStack(lookFrom(folder))).toThrow(notRunning);
    writeStack(join(folder, '.cbcr'), 'default', false);
    expect(() => findStack(lookFrom(folder))).toThrow(notRunning);
    expect(() => findStack(lookFrom(folder, { stack: 'other' }))).toThrow(notRunning);
    writeStack(join(folder, '.cbcr'), 'mine');
    expect(() => findStack(lookFrom(folder, { stack: 'other' }))).toThrow(/called other and runs \(running: mine\)/);
  });
});

test('a first stack of a folder gets its state folder there', () => {
  expect(locateStateFolder(lookFrom(folder))).toBe(join(folder, '.cbcr'));
});
