import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateCatalog } from '@cbcr/catalog';
import { type CbcrClient, createClient } from '@cbcr/client';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock } from '@cbcr/domain';
import { createStack, loadSampleDatabase, readStackFile, type Stack, type StackFile } from '@cbcr/testkit';
import { parse, stringify } from 'yaml';
import type { BenchOptions } from '../options.ts';

/** The whole system on real processes, as `cbcr dev up` starts it, with the generated database on the customer's server. */
export interface System {
  stack: Stack;
  file: StackFile;
  client: CbcrClient;
  regions: Regions;
  pidOf(process: string): number;
  portOf(process: string): number;
  /** Stores, Postgres, Redis and the scheduler: everything that is not a worker. */
  servers(): { name: string; pid: number }[];
  serverPids(): number[];
  /** How many copies each policy wants from now on; 1 where nothing is said. Instances of the same name follow. */
  setCopies(copies: Partial<Record<PolicyName, number>>): Promise<void>;
  down(): Promise<void>;
}

interface Regions {
  home: string;
  second: string;
  all: string[];
}

/** Each policy with its instances, all of the same database. Those of `guest` live in the second region. */
const instances = { one: ['one'], three: ['three'], moving: ['moving-1', 'moving-2'], guest: ['guest-1', 'guest-2'] } as const;
type PolicyName = keyof typeof instances;

export async function startSystem(folder: string, { megabytes, seed, store }: BenchOptions, say: (line: string) => void): Promise<System> {
  const migrate = async (url: string) => void (await migrateCatalog({ url, clock: systemClock }));
  const stack = createStack({ folder, store, environment: readMachineEnvironment(), migrate });
  try {
    await stack.up();
    const file = readStackFile(folder);
    const client = createClient(file);
    say(`generating a database of ${megabytes} MB`);
    await loadSampleDatabase(file.customerUrl, { megabytes, seed });
    const all = file.regions.map(({ id }) => id);
    const [home, second] = all;
    if (home === undefined || second === undefined) throw new Error('the stack has at least two regions');
    const regions = { home, second, all };
    const setCopies = async (copies: Partial<Record<PolicyName, number>>) => {
      const text = writeConfig(await readFile(file.configFile, 'utf8'), file, regions, copies);
      await client.applyConfig({ file: 'bench.yaml', text });
    };
    await setCopies({});
    const find = (name: string) => {
      const found = stack.status().processes.find((process) => process.name === name);
      if (found?.pid === null || found?.pid === undefined || found.port === null) throw new Error(`${name} does not run`);
      return { pid: found.pid, port: found.port };
    };
    const servers = () =>
      stack.status().processes.flatMap(({ kind, name, pid }) => (kind === 'worker' || pid === null ? [] : [{ name, pid }]));
    return {
      stack,
      file,
      client,
      regions,
      pidOf: (name) => find(name).pid,
      portOf: (name) => find(name).port,
      servers,
      serverPids: () => servers().map(({ pid }) => pid),
      setCopies,
      down: () => stack.down({ wipe: true }),
    };
  } catch (error) {
    say(`the logs are in ${join(folder, 'stacks')} until the next start`);
    await stack.down();
    throw error;
  }
}

/** The stack's own regions with the policies and instances of the measurements. */
function writeConfig(text: string, file: StackFile, regions: Regions, copies: Partial<Record<PolicyName, number>>): string {
  const document = parse(text);
  const { placement } = document.policies[file.policy];
  document.policies = {};
  document.instances = {};
  for (const [policy, names] of Object.entries(instances) as [PolicyName, readonly string[]][]) {
    const count = copies[policy] ?? (policy === 'three' ? regions.all.length : 1);
    const home = policy === 'guest' ? regions.second : regions.home;
    document.policies[policy] = { placement: { ...placement, copies: count, prefer: regions.all.filter((id) => id !== home) } };
    for (const name of names) document.instances[name] = { engine: 'postgres', home, policy, connection: file.customerConnection };
  }
  return stringify(document);
}
