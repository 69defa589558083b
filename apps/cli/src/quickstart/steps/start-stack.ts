import { type Environment, loadSampleDatabase, readStackFile, type Stack } from '@cbcr/testkit';
import type { Cli } from '../../cli.ts';
import { openClient } from '../../connection.ts';
import type { StepOutcome, Story } from '../story.ts';
import { untilInterrupted } from '../until-interrupted.ts';

export interface StackStart {
  stateFolder: string;
  name: string;
  store: 's3' | 'fs' | undefined;
  /** Size of the customer's database. */
  megabytes: number;
  environment: Environment;
}

/** Servers, services and the customer's data, as much of it as possible at the same time. `onStack` hears of the stack before anything runs. */
export async function startStack(cli: Cli, start: StackStart, onStack: (stack: Stack) => void): Promise<StepOutcome<Story>> {
  const { out, clock, signal } = cli;
  const { stateFolder, name, store, megabytes, environment } = start;
  const customer = Promise.withResolvers<string>();
  const stack = await cli.parts.openStack({
    ...{ folder: stateFolder, name, store },
    onProgress: (line) => out.say(`   ${line}`),
    onCustomerReady: customer.resolve,
  });
  if (stack.status().state !== 'absent') {
    out.say('   an earlier quickstart left its stack; it is removed');
    await stack.down({ wipe: true });
  }
  onStack(stack);

  const beganMs = clock.monotonicMs();
  const loading = customer.promise.then(async (url) => {
    await loadSampleDatabase(url, { megabytes });
    out.say(`   the customer's database holds its ${megabytes} MB`);
  });
  // Heard below, unless the stack does not come up.
  loading.catch(() => undefined);
  const { notes } = await untilInterrupted(signal, stack.up());
  for (const note of notes) out.warn(note);
  out.say(`   all services are ready after ${((clock.monotonicMs() - beganMs) / 1000).toFixed(1)}s`);
  await untilInterrupted(signal, loading);

  const file = readStackFile(stateFolder, name);
  for (const { id, jurisdictions } of file.regions) out.say(`   region ${id} in ${jurisdictions.join(', ')}`);
  return {
    result: `${file.regions.length} regions on ${file.store === 's3' ? 'S3 servers' : 'folders'}, a customer's database of ${megabytes} MB`,
    next: { cli, stack, file, client: openClient(cli, file), environment },
  };
}
