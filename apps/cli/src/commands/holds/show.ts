import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeHold } from '../../output/describe-holds.ts';

export function showHold(parent: Command, cli: Cli): void {
  parent
    .command('show')
    .description('show a legal hold: what it selects, who placed it and why, and what was done about its release')
    .argument('<hold>')
    .action(async (id: string) => {
      const hold = await (await cli.connect()).getHold(id);
      cli.out.result(hold, () => describeHold(hold));
    });
}
