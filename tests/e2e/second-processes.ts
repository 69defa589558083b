import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type CbcrClient, createClient } from '@cbcr/client';
import { createStack, findFreePort } from '@cbcr/testkit';
import { userEnvironment } from './setup-environment.ts';
import type { TestStack } from './stack.ts';

const programOf = (app: string) => resolve(import.meta.dirname, '../../apps', app, 'src/main.ts');

export interface SecondScheduler {
  client: CbcrClient;
  /** What it has logged, one message each. */
  messages: string[];
  stop(): Promise<void>;
}

/** Another scheduler beside the one of the stack, on the same catalog, Redis and configuration. */
export async function startSecondScheduler({ file }: TestStack): Promise<SecondScheduler> {
  const port = await findFreePort();
  const secret = (name: string) => join(file.folder, 'secrets', name);
  const child = spawn(process.execPath, [programOf('scheduler')], {
    env: {
      ...userEnvironment,
      CBCR_DATABASE_URL_FILE: secret('database-url'),
      CBCR_REDIS_URL_FILE: secret('redis-url'),
      CBCR_SEAL_KEY_FILE: secret('seal-key'),
      CBCR_TOKEN_FILE: secret('token'),
      CBCR_CONFIG: file.configFile,
      CBCR_HOST: '127.0.0.1',
      CBCR_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const messages: string[] = [];
  createInterface(child.stdout).on('line', (line) => messages.push(String(JSON.parse(line).msg)));
  return {
    client: createClient({ url: `http://127.0.0.1:${port}`, token: file.token }),
    messages,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Starts whatever has died, as `cbcr dev up` does, but schedulers and workers with a clock that is wrong by so many hours. */
export async function reviveWithWrongClock({ home, file }: TestStack, hours: number): Promise<void> {
  const preload = `${import.meta.resolve('./shift-clock.ts')}?hours=${hours}`;
  const withWrongClock = (app: string) => ({ command: process.execPath, args: ['--import', preload, programOf(app)] });
  const stack = createStack({
    folder: home,
    name: file.name,
    environment: userEnvironment,
    // The catalog of a stack that runs is prepared.
    migrate: async () => undefined,
    programs: { scheduler: withWrongClock('scheduler'), worker: withWrongClock('worker') },
  });
  await stack.up();
}
