import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeRun } from '../../output/describe-run.ts';

export function showRun(parent: Command, cli: Cli): void {
  parent
    .command('show')
    .description('show a run')
    .argument('<run>')
    .action(async (id: string) => {
      const run = await (await cli.connect()).getRun(id);
      cli.out.result(run, () => describeRun(run));
    });
}
