import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import { packageManagerEnvironment, userEnvironment } from './setup-environment.ts';

const run = promisify(execFile);
const checkout = resolve(import.meta.dirname, '../..');

interface Answer {
  run: string;
  state: string;
  point: string | null;
}
interface ProducerProcess {
  /** Resolves once the process has said a line that holds this. */
  untilItSays(part: string): Promise<void>;
  /** Its answer; rejects with what it said when it failed. */
  answer(): Promise<Answer>;
}
export interface ProducerService {
  folder: string;
  start(...args: string[]): ProducerProcess;
  remove(): Promise<void>;
}

/** The sample service in a folder outside the checkout, with the client from its tarball, as another team would have it. */
export async function installProducerService(): Promise<{ folder: string; with(settings: Record<string, string>): ProducerService }> {
  const folder = await mkdtemp(join(tmpdir(), 'cbcr-producer-'));
  await cp(join(checkout, 'samples/producer-service'), folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const limits = { env: packageManagerEnvironment, timeout: 120_000 };
  await run('pnpm', ['--filter', '@cbcr/client', 'pack-tarball', folder], { ...limits, cwd: checkout });
  await run('pnpm', ['install', '--ignore-workspace', '--prefer-offline', '--ignore-scripts'], { ...limits, cwd: folder });
  return {
    folder,
    with: (settings) => ({
      folder,
      start: (...args) => watch(spawn(process.execPath, ['main.ts', ...args], { cwd: folder, env: { ...userEnvironment, ...settings } })),
      remove: () => rm(folder, { recursive: true, force: true }),
    }),
  };
}

function watch(child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }): ProducerProcess {
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  const ended = Promise.all([text(child.stdout), once(child, 'close')]);
  // The failure is told to whoever asks for the answer.
  ended.catch(() => undefined);
  return {
    async untilItSays(part) {
      await eventually(`the service says "${part}"; it said: ${said}`, async () => said.includes(part));
    },
    async answer() {
      const [out, [code]] = await ended;
      if (code !== 0) throw new Error(said);
      return JSON.parse(out);
    },
  };
}

/** The compiler's word on the declarations of the tarball, for the code of the service. */
export async function typecheckService(folder: string): Promise<void> {
  const types = ['--types', 'node', '--typeRoots', join(checkout, 'node_modules/@types')];
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', '--noEmit'];
  await run(join(checkout, 'node_modules/.bin/tsc'), [...strict, ...types, 'main.ts'], { cwd: folder, env: userEnvironment });
}
