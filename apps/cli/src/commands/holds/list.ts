import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { tabulateHolds } from '../../output/describe-holds.ts';

export function listHolds(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list the legal holds that protect something now, newest first')
    .option('--all', 'also those that were released')
    .action(async ({ all }: { all?: true }) => {
      const holds = await (await cli.connect()).listHolds({ all });
      cli.out.result(holds, () => tabulateHolds(holds));
    });
}
