import { type Command, Option } from 'commander';
import type { Cli } from '../../cli.ts';
import { defaultStackName, locateStateFolder } from '../../local-stack/find-stack.ts';
import { describeStack, readStack } from '../../output/describe-stack.ts';

interface Options {
  name?: string;
  store?: 's3' | 'fs';
}

export function startStack(parent: Command, cli: Cli): void {
  parent
    .command('up')
    .description('start a local stack of real servers: Redis, Postgres, regions with their stores and workers, a scheduler')
    .option('--name <name>', `several stacks live side by side under different names (default: ${defaultStackName})`)
    .addOption(new Option('--store <kind>', "the regions' stores; s3 where its server is installed").choices(['s3', 'fs']))
    .action(async ({ name = cli.stackName() ?? defaultStackName, store }: Options) => {
      const folder = locateStateFolder(cli);
      const stack = await cli.parts.openStack({ folder, name, store, onProgress: cli.out.say });
      const { wasRunning, notes } = await stack.up();
      for (const note of notes) cli.out.warn(note);
      const facts = readStack(folder, name);
      cli.out.result({ ...facts, wasRunning }, () => `${wasRunning ? 'it ran already\n' : ''}${describeStack(facts)}`);
    });
}
