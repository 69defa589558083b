import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeGarbage, describeUnlisted } from '../../output/describe-garbage.ts';
import { parseCount, searchTimeoutHelp } from '../../parse-input.ts';
import { type GarbageOptions, searchGarbage } from './search.ts';

export function listGarbage(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('have workers look for what dead attempts left in the stores: where, how much, how old and why; changes nothing')
    .option('--instance <name>', 'of this instance only')
    .option('--region <region>', 'only there; otherwise in every region that is up')
    .option('--timeout <seconds>', searchTimeoutHelp, parseCount)
    .action(async (options: GarbageOptions) => {
      const { found, skipped } = await searchGarbage(cli, await cli.connect(), options);
      for (const { region, reason } of skipped) cli.out.warn(`${region} was not searched: it is ${reason}`);
      for (const line of describeUnlisted(found)) cli.out.warn(line);
      cli.out.result({ found, skipped }, () => describeGarbage(found, cli.clock.now()));
    });
}
