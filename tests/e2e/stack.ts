import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CbcrClient, createClient } from '@cbcr/client';
import { createTestDatabase, loadSampleDatabase, readStackFile, type StackFile, type TestDatabase } from '@cbcr/testkit';
import { createCbcrCommand } from './cbcr-command.ts';
import { eventually } from './eventually.ts';
import { store, userEnvironment } from './setup-environment.ts';

export interface TestStack {
  cbcr: ReturnType<typeof createCbcrCommand>;
  client: CbcrClient;
  file: StackFile;
  /** CBCR_HOME of the stack. */
  home: string;
  /** The first region is the home of the sample instance `shop`. */
  regions: string[];
  /** An empty database on the customer's server. */
  createTarget(): Promise<TestDatabase>;
  /** Waits until the instance is protected; fails with what is owed. */
  untilProtected(instance: string): Promise<void>;
  /** Waits until the run has ended and gives it. */
  untilEnded(run: string): ReturnType<CbcrClient['getRun']>;
  /** The process of the stack with this name. */
  pidOf(name: string): Promise<number>;
  down(): Promise<void>;
}

/**
 * What a user gets from `cbcr dev up`, in a folder of its own, with the sample database loaded and registered as `shop`. `config` is the
 * cbcr.yaml that is there before: its rules are the first version, which nothing precedes. The stack adds the addresses of its stores.
 */
export async function startStack({ megabytes, config }: { megabytes: number; config?: string }): Promise<TestStack> {
  const home = await mkdtemp(join(tmpdir(), 'cbcr-e2e-'));
  const cbcr = createCbcrCommand({ ...userEnvironment, CBCR_HOME: home });
  const down = async () => {
    await cbcr.run(['dev', 'down', '--wipe']);
    await rm(home, { recursive: true, force: true });
  };
  try {
    if (config !== undefined) {
      const folder = join(home, 'stacks', 'default');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'cbcr.yaml'), config);
    }
    const up = await cbcr.run(['dev', 'up', '--store', store]);
    if (up.code !== 0) throw new Error(`dev up ended with ${up.code}\n${up.stderr}`);
    const file = readStackFile(home);
    const regions = file.regions.map((region) => region.id);
    const client = createClient(file);
    await loadSampleDatabase(file.customerUrl, { megabytes });
    const place = ['--home', String(regions[0]), '--policy', file.policy];
    await cbcr.json('instances', 'add', 'shop', '--engine', 'postgres', ...place, '--connection', file.customerConnection);
    return {
      cbcr,
      client,
      file,
      home,
      regions,
      down,
      createTarget: () => createTestDatabase(file.customerAdminUrl),
      untilProtected: async (instance) => {
        await eventually(`${instance} is protected`, async () => (await client.getInstance(instance)).protected);
      },
      untilEnded: (id) =>
        eventually(`${id} has ended`, async () => {
          const run = await client.getRun(id);
          return ['succeeded', 'failed', 'cancelled'].includes(run.state) && run;
        }),
      async pidOf(name) {
        const { processes } = await cbcr.json<{ processes: { name: string; pid: number }[] }>('dev', 'status');
        const found = processes.find((candidate) => candidate.name === name);
        if (found === undefined) throw new Error(`the stack has no process ${name}`);
        return found.pid;
      },
    };
  } catch (error) {
    await down();
    throw error;
  }
}
