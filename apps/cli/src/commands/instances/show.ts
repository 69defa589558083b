import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeInstance } from '../../output/describe-instance.ts';

export function showInstance(parent: Command, cli: Cli): void {
  parent
    .command('show')
    .description('show where the copies of an instance must live and why, and what is owed')
    .argument('<instance>')
    .action(async (id: string) => {
      const instance = await (await cli.connect()).getInstance(id);
      cli.out.result(instance, () => describeInstance(instance));
    });
}
