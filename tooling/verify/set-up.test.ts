import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from './steps.ts';

const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const manifest = JSON.parse(read('package.json')) as { packageManager: string; engines: { node: string } };
const version = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(read('scripts/setup.d/versions.sh'))?.[1];

test('set-up brings the pnpm and the Node that package.json asks for', () => {
  expect(manifest.packageManager).toBe(`pnpm@${version('pnpm_version')}`);
  expect(manifest.engines.node).toBe(`>=${version('node_major')}`);
});

test('the lock file names no registry', () => {
  expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//);
});

test.each(globSync('{scripts/{cbcr,quickstart,setup,test},scripts/setup.d/*.sh,.ci/run}', { cwd: root }))(
  '%s is a script that bash can read',
  (path) => {
    const { status, stderr } = spawnSync('bash', ['-n', `${root}/${path}`], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);

test('.ci/run calls scripts/test and nothing else', () => {
  const commands = read('.ci/run')
    .split('\n')
    .filter((line) => line !== '' && !/^(#|set |cd )/.test(line));
  expect(commands).toEqual(['exec ./scripts/test']);
});

test.each(['setup', 'test'])('scripts/%s refuses an unknown option', (name) => {
  expect(spawnSync(`${root}/scripts/${name}`, ['--no-such-option'], { encoding: 'utf8' })).toMatchObject({ status: 64 });
});
