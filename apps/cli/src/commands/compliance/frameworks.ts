import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeFrameworks } from '../../output/describe-compliance.ts';

export function listFrameworks(parent: Command, cli: Cli): void {
  parent
    .command('frameworks')
    .description('list the frameworks that can be chosen: templates to start from, no legal advice')
    .action(async () => {
      const frameworks = await (await cli.connect()).listFrameworks();
      cli.out.result(frameworks, () => describeFrameworks(frameworks));
    });
}
