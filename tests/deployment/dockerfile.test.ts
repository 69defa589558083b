import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** Instructions with their continuation lines joined, comments dropped. */
const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '');
const finalStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const packageJson: { packageManager: string; engines: { node: string } } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('there are several stages on one pinned base image', () => {
  const stages = instructions.filter((line) => line.startsWith('FROM '));
  expect(stages.length).toBeGreaterThan(1);
  expect(stages.every((line) => line.startsWith(`FROM \${NODE_IMAGE} AS `))).toBe(true);
  const major = /^ARG NODE_IMAGE=node:(\d+)\.\d+\.\d+-/.exec(instructions[0] ?? '')?.[1];
  expect(packageJson.engines.node).toBe(`>=${major}`);
});

test('the image does not run as root', () => {
  expect(finalStage.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  expect(finalStage.indexOf('USER node')).toBeLessThan(finalStage.findIndex((line) => line.startsWith('ENTRYPOINT')));
});

test('dependencies come from the lock file, with the package manager of package.json', () => {
  expect(instructions.join('\n')).toContain('--frozen-lockfile');
  expect(instructions).toContain(`RUN npm install --global ${packageJson.packageManager}`);
});

test('the database client tools are in the final stage', () => {
  expect(finalStage.join('\n')).toMatch(/postgresql-client-\d+/);
});

test('everything that is copied exists and is let through by .dockerignore', () => {
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const line of instructions.filter((one) => one.startsWith('COPY ') && !one.includes('--from'))) {
    for (const source of line.split(/\s+/).slice(1, -1)) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(allowed).toContain(`!${source.replace(/\/$/, '')}`);
    }
  }
});
