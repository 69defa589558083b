import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const configuration = [
  '.gitignore',
  '.oxlintrc.json',
  'biome.json',
  'knip.json',
  'package.json',
  'pnpm-workspace.yaml',
  'tooling/fences',
  'tooling/package.json',
  'tsconfig.base.json',
  'turbo.json',
];

export interface PlantedWorkspace {
  path: string;
  remove(): void;
}

/**
 * A small workspace in a temporary folder, under the very configuration of this one, so that planted violations never lie in
 * the checkout. `files` are paths and contents; every package among them gets a package.json with the dependencies named, and `forTests` as its
 * devDependencies.
 */
export function plantWorkspace(
  files: Record<string, string>,
  dependencies: Record<string, string[]>,
  forTests: readonly string[] = [],
): PlantedWorkspace {
  const path = mkdtempSync(join(tmpdir(), 'cbcr-fences-'));
  for (const name of configuration) cpSync(join(root, name), join(path, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));

  for (const [folder, used] of Object.entries(dependencies)) {
    const name = `@cbcr/${folder.split('/').at(-1)}`;
    write(
      join(path, folder, 'package.json'),
      JSON.stringify({
        ...{ name, version: '0.1.0', private: true, type: 'module' },
        dependencies: versionsOf(used),
        devDependencies: versionsOf(forTests),
      }),
    );
    write(join(path, folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.base.json', include: ['**/*.ts'] }));
  }
  for (const [name, text] of Object.entries(files)) write(join(path, name), text);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const versionsOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, name.startsWith('@cbcr/') ? 'workspace:*' : 'catalog:']));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
