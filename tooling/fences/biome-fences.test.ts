import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { legitimateFiles, violationsForBiome } from './planted-violations.ts';
import { type PlantedWorkspace, plantWorkspace } from './planted-workspace.ts';

interface Report {
  diagnostics: { severity: string; category: string; message: string; location: { path: string } }[];
}

let workspace: PlantedWorkspace;
let report: Report;

beforeAll(() => {
  const files = { ...legitimateFiles, ...Object.fromEntries(violationsForBiome.map(({ path, text }) => [path, text])) };
  const everything = ['@cbcr/domain', '@cbcr/blobstore', '@cbcr/engines', '@cbcr/testkit', 'vitest'];
  const packages = ['blobstore', 'config', 'domain', 'engines', 'jobs', 'operations', 'policy', 'testkit'].map(
    (name) => `packages/${name}`,
  );
  const apps = ['apps/cli', 'apps/scheduler', 'apps/worker'];
  workspace = plantWorkspace(files, Object.fromEntries([...packages, ...apps].map((folder) => [folder, everything])), ['fast-check']);
  const biome = join(import.meta.dirname, '../../node_modules/.bin/biome');
  const run = spawnSync(biome, ['check', '--reporter=json', '--max-diagnostics=none', 'packages', 'apps'], {
    cwd: workspace.path,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  report = JSON.parse(run.stdout) as Report;
});

afterAll(() => workspace.remove());

const messagesOf = (path: string) =>
  report.diagnostics.filter((found) => found.location.path === path).map((found) => `${found.category}: ${found.message}`);

describe('a planted violation is reported', () => {
  test.each(violationsForBiome)('$fence: $path', ({ path, report: expected }) => {
    expect(messagesOf(path)).toContainEqual(expect.stringMatching(expected));
  });
});

describe('what a fence allows is not reported', () => {
  test.each(Object.keys(legitimateFiles))('%s', (path) => {
    expect(messagesOf(path)).toEqual([]);
  });
});
