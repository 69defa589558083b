import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { userEnvironment } from './setup-environment.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
let image: string;

/** The commands of the Dockerfile's first stage that begin with `program`, continuation lines joined. */
async function runInstructions(program: string): Promise<string[]> {
  const text = (await readFile(join(root, 'Dockerfile'), 'utf8')).replace(/\\\n/g, ' ');
  return [...text.matchAll(/^RUN (.+)$/gm)].flatMap(([, command = '']) => (command.startsWith(program) ? [command] : []));
}

const isLeftOut = (path: string) => ['node_modules', '.results', '.turbo', 'bench', 'fixtures'].includes(basename(path));

/** There may be no container engine here, so the folder of the image is made by the image's own commands. */
beforeAll(async () => {
  image = await mkdtemp(join(tmpdir(), 'cbcr-image-'));
  for (const part of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'apps', 'packages']) {
    await cp(join(root, part), join(image, part), { recursive: true, filter: (path) => !isLeftOut(path) });
  }
  const path = [dirname(process.execPath), join(root, '.tools/bin'), userEnvironment.PATH].join(':');
  for (const command of await runInstructions('pnpm')) {
    await run('bash', ['-euc', command], { cwd: image, env: { ...userEnvironment, PATH: path, CI: '1' } });
  }
});
afterAll(() => rm(image, { recursive: true, force: true }));

const start = (program: string) =>
  run(process.execPath, [join(image, program)], { env: userEnvironment }).then(
    () => ({ code: 0, stdout: '' }),
    (failure: { code: number; stdout: string }) => failure,
  );

test('the image holds what the CLI needs, migrations included', async () => {
  const { stdout } = await run(process.execPath, [join(image, 'apps/cli/src/main.ts'), 'version'], { env: userEnvironment });
  expect(stdout).toContain('cbcr');
  const journal = await readFile(join(image, 'packages/catalog/migrations/meta/_journal.json'), 'utf8');
  expect(journal).toContain('entries');
});

test.each(['apps/scheduler/src/main.ts', 'apps/worker/src/main.ts'])(
  '%s starts in the image and says what it is missing',
  async (program) => {
    const { code, stdout } = await start(program);
    expect(code).toBe(2);
    expect(stdout).toContain('CBCR_DATABASE_URL is missing');
  },
);

test('no test and no development tool is in the image', async () => {
  const { stdout } = await run('find', [image, '-name', '*.test.ts', '-not', '-path', '*/node_modules/*']);
  expect(stdout).toBe('');
  const { stdout: tools } = await run('find', [
    join(image, 'node_modules'),
    '-maxdepth',
    '2',
    '(',
    '-name',
    'vitest',
    '-o',
    '-name',
    'typescript',
    ')',
  ]);
  expect(tools).toBe('');
});
