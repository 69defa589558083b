import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findBareSuppressions } from './find-bare-suppressions.ts';
import { findCrossings } from './find-crossings.ts';
import { type PlantedWorkspace, plantWorkspace } from './planted-workspace.ts';

const tools = join(import.meta.dirname, '../../node_modules/.bin');
let workspace: PlantedWorkspace | undefined;

afterEach(() => {
  workspace?.remove();
  workspace = undefined;
});

function run(files: Record<string, string>, dependencies: Record<string, string[]>, program: string, ...parameters: string[]) {
  workspace = plantWorkspace(files, dependencies);
  const command = program === 'node' ? process.execPath : join(tools, program);
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd: workspace.path,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: stdout + stderr };
}

describe('turbo boundaries', () => {
  const dependencies = { 'packages/domain': [], 'packages/jobs': [] };

  test('reports an import of a package that is not declared', () => {
    const { status, output } = run(
      {
        'packages/domain/src/index.ts': 'export const a = 1;\n',
        'packages/jobs/src/index.ts': `import { a } from '@cbcr/domain';\nexport const b = a;\n`,
      },
      dependencies,
      'turbo',
      'boundaries',
    );
    expect(output).toMatch(/cannot import package `@cbcr\/domain`/);
    expect(status).not.toBe(0);
  });

  test('reports an import that leaves its package by path', () => {
    const { status, output } = run(
      {
        'packages/domain/src/index.ts': 'export const a = 1;\n',
        'packages/jobs/src/index.ts': `import { a } from '../../domain/src/index.ts';\nexport const b = a;\n`,
      },
      dependencies,
      'turbo',
      'boundaries',
    );
    expect(output).toMatch(/leaves the package/);
    expect(status).not.toBe(0);
  });
});

describe('import directions', () => {
  test.each([
    ['domain', 'pino', 'it decides, and does nothing'],
    ['domain', '@cbcr/policy', 'may not depend on @cbcr/policy'],
    ['policy', 'zod', 'it decides, and does nothing'],
    ['catalog', '@cbcr/jobs', 'may not depend on @cbcr/jobs'],
    ['blobstore', '@cbcr/catalog', 'may not depend on @cbcr/catalog'],
    ['engines', '@cbcr/testkit', 'may not depend on @cbcr/testkit'],
    ['operations', '@cbcr/config', 'may not depend on @cbcr/config'],
    ['newcomer', 'zod', 'has no line in tooling/fences/import-directions.ts'],
  ])('%s may not depend on %s', (name, used, report) => {
    expect(findCrossings({ name: `@cbcr/${name}`, dependencies: { [used]: '' } }).join()).toContain(report);
  });

  test('tests may use the test kit, and no sibling', () => {
    expect(findCrossings({ name: '@cbcr/catalog', devDependencies: { '@cbcr/testkit': '', vitest: '' } })).toEqual([]);
    expect(findCrossings({ name: '@cbcr/catalog', devDependencies: { '@cbcr/jobs': '' } })).toHaveLength(1);
  });

  test('the command looks at every package of a workspace', () => {
    const { status, output } = run(
      { 'packages/jobs/src/index.ts': '// @ts-expect-error\nexport const a = 1;\n' },
      { 'packages/jobs': ['@cbcr/catalog'] },
      'node',
      'tooling/fences/main.ts',
    );
    expect(output).toContain('@cbcr/jobs may not depend on @cbcr/catalog');
    expect(output).toContain('packages/jobs/src/index.ts:1 switches a check off without a reason');
    expect(status).toBe(1);
  });
});

describe('exemptions', () => {
  test.each(['// @ts-expect-error', '// oxlint-disable-next-line typescript/await-thenable', '/* oxlint-disable */'])(
    '%s needs a reason',
    (line) => {
      expect(findBareSuppressions('a.ts', `const a = 1;\n${line}\n`)).toHaveLength(1);
    },
  );

  test.each(['// @ts-expect-error: the types of x lag behind', '// oxlint-disable-next-line typescript/await-thenable -- a thenable of x'])(
    '%s has one',
    (line) => {
      expect(findBareSuppressions('a.ts', line)).toEqual([]);
    },
  );
});

test('oxlint reports a promise that nobody awaits', () => {
  const { status, output } = run(
    { 'packages/jobs/src/index.ts': 'const work = async () => 1;\nwork();\n' },
    { 'packages/jobs': [] },
    'oxlint',
    '--type-aware',
  );
  expect(output).toContain('no-floating-promises');
  expect(status).toBe(1);
});

test('knip reports a file and an export that nobody uses', () => {
  const { status, output } = run(
    {
      'packages/jobs/src/index.test.ts': `import { a } from './used.ts';\na();\n`,
      'packages/jobs/src/used.ts': 'export const a = () => 1;\nexport const b = () => 2;\n',
      'packages/jobs/src/lonely.ts': 'export const c = 1;\n',
    },
    { 'packages/jobs': [] },
    'knip',
  );
  expect(output).toMatch(/Unused files[\s\S]*packages\/jobs\/src\/lonely\.ts/);
  expect(output).toMatch(/Unused exports[\s\S]*\bb\b.*packages\/jobs\/src\/used\.ts/);
  expect(status).toBe(1);
});

test('sherif reports two versions of one dependency', () => {
  workspace = plantWorkspace({}, { 'packages/jobs': [], 'packages/catalog': [] });
  for (const [name, version] of [
    ['jobs', '4.0.0'],
    ['catalog', '4.1.0'],
  ] as const) {
    const manifest = { name: `@cbcr/${name}`, version: '0.1.0', private: true, type: 'module', dependencies: { zod: version } };
    rmSync(join(workspace.path, `packages/${name}/package.json`));
    writeFileSync(join(workspace.path, `packages/${name}/package.json`), JSON.stringify(manifest));
  }
  const { status, stdout } = spawnSync(join(tools, 'sherif'), [], { cwd: workspace.path, encoding: 'utf8' });
  expect(stdout).toContain('multiple-dependency-versions');
  expect(status).not.toBe(0);
});
