import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { tabulateLimits } from '../../output/describe-limits.ts';

export function listLimits(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list the bandwidth limits, and what each comes from')
    .action(async () => {
      const limits = await (await cli.connect()).listLimits();
      cli.out.result(limits, () => tabulateLimits(limits));
    });
}
