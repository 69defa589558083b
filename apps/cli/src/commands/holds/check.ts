import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeHoldCheck } from '../../output/describe-holds.ts';

export function checkHolds(parent: Command, cli: Cli): void {
  parent
    .command('check')
    .description('show what each legal hold covers now, where the stores enforce it, where they cannot and why, and what contradicts it')
    .argument('[hold]', 'only this one')
    .action(async (hold: string | undefined) => {
      const check = await (await cli.connect()).checkHolds({ hold });
      cli.out.result(check, () => describeHoldCheck(check));
    });
}
