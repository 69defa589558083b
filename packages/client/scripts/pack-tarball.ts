/**
 * Makes the tarball that services outside the workspace install: JavaScript with declarations, because Node does not run TypeScript below
 * node_modules, and with the part of @cbcr/domain that it needs inside. Usage: pnpm --filter @cbcr/client pack-tarball [FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const packageFolder = resolve(import.meta.dirname, '..');
const destination = resolve(process.argv[2] ?? packageFolder);
const stage = mkdtempSync(join(tmpdir(), 'cbcr-client-'));
try {
  const built = join(stage, 'dist');
  // The configuration maps @cbcr/domain to its sources: when TypeScript 7.0 finds it through node_modules, it sometimes (2 builds of 6) takes
  // it for a foreign package and emits nothing of it.
  execFileSync(join(packageFolder, 'node_modules/.bin/tsc'), ['--project', 'tsconfig.pack.json', '--outDir', built], {
    cwd: packageFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const file of globSync('**/*.{js,d.ts}', { cwd: built })) pointInside(built, file);
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(describePackage(), null, 2)}\n`);
  cpSync(join(packageFolder, 'README.md'), join(stage, 'README.md'));
  mkdirSync(destination, { recursive: true });
  const packed = execFileSync('pnpm', ['pack', '--json', '--pack-destination', destination], { cwd: stage, encoding: 'utf8' });
  process.stdout.write(`${resolve(stage, JSON.parse(packed).filename)}\n`);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** The domain lies beside the client in the tarball; declarations keep the endings of the sources until here. */
function pointInside(built: string, file: string): void {
  const path = join(built, file);
  const domain = relative(dirname(path), join(built, 'domain/src/index.js'));
  const text = readFileSync(path, 'utf8')
    .replaceAll("'@cbcr/domain'", `'${domain.startsWith('.') ? domain : `./${domain}`}'`)
    .replaceAll(/(from '\.{1,2}\/[^']+)\.ts'/g, "$1.js'");
  // A compiler that took the domain for a foreign package would leave it out without a word.
  for (const [, imported = ''] of text.matchAll(/from '(\.{1,2}\/[^']+)'/g)) {
    if (!existsSync(join(dirname(path), imported))) throw new Error(`${file} imports ${imported}, which was not built`);
  }
  writeFileSync(path, text);
}

function describePackage(): object {
  const { name, version, type } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const entry = (path: string) => ({ types: `./dist/client/src/${path}.d.ts`, default: `./dist/client/src/${path}.js` });
  const optional = { optional: true };
  return {
    name,
    version,
    type,
    description: 'Ask CBCR for backups, copies, verifications and restores, over HTTP or through a queue.',
    engines: { node: '>=22' },
    exports: { '.': entry('index'), './queue': entry('queue/index') },
    files: ['dist'],
    dependencies: { zod: rangeOf('zod') },
    peerDependencies: { bullmq: rangeOf('bullmq'), ioredis: rangeOf('ioredis') },
    peerDependenciesMeta: { bullmq: optional, ioredis: optional },
  };
}

/** The version that the workspace tests with, and what is compatible with it. */
function rangeOf(dependency: string): string {
  const manifest = join(packageFolder, 'node_modules', dependency, 'package.json');
  return `^${JSON.parse(readFileSync(manifest, 'utf8')).version}`;
}
