import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCbcrCommand } from './cbcr-command.ts';
import { store, userEnvironment } from './setup-environment.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cbcr-quickstart-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('the quickstart tells the main job from beginning to end, says that it worked, and leaves nothing running', async () => {
  const cbcr = createCbcrCommand({ ...userEnvironment, CBCR_HOME: home });
  const { code, stdout, stderr } = await cbcr.run(['dev', 'quickstart', '--megabytes', '20', '--store', store]);
  const told = `${stdout}\n${stderr}`;
  expect(code, told).toBe(0);
  for (const part of ['eu-central', 'verified', 'owed', 'RANK', 'protected', 'MB/s', '/queues']) expect(told).toContain(part);
  expect(await readdir(join(home, 'stacks')).catch(() => [])).toEqual([]);
});

test('a quickstart that cannot start says why and ends with an error', async () => {
  const cbcr = createCbcrCommand({ ...userEnvironment, PATH: '/nonexistent', CBCR_HOME: home });
  const { code, stderr } = await cbcr.run(['dev', 'quickstart', '--megabytes', '20']);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/error: .+\n\s*hint: /);
});
