import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationsFolder } from './schema-version.ts';

const run = promisify(execFile);
const packageFolder = dirname(migrationsFolder);
const drizzleKit = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs');

// Inside the package: drizzle-kit loads the schema, which imports drizzle-orm.
let folder: string;
beforeAll(async () => {
  await mkdir(join(packageFolder, '.results'), { recursive: true });
  folder = await mkdtemp(join(packageFolder, '.results', 'migrations-'));
  await cp(migrationsFolder, join(folder, 'migrations'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the checked-in migrations say what the schema says; if not, run: pnpm --filter @cbcr/catalog generate --name <name>', async () => {
  const before = await readdir(join(folder, 'migrations'));
  const out = join(folder, 'migrations').slice(packageFolder.length + 1);
  const options = ['--dialect', 'postgresql', '--schema', './src/schema/*.ts', '--out', `./${out}`, '--name', 'difference'];
  const { stdout } = await run(process.execPath, [drizzleKit, 'generate', ...options], { cwd: packageFolder });
  expect(stdout).toContain('No schema changes');
  expect(await readdir(join(folder, 'migrations'))).toEqual(before);
}, 60_000);

test('drizzle-kit finds no two migrations in conflict', async () => {
  const { stdout } = await run(process.execPath, [drizzleKit, 'check'], { cwd: packageFolder });
  expect(stdout).toContain('fine');
}, 60_000);
