import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { chooseStack, nameOption } from '../../local-stack/choose-stack.ts';

export function endOutage(parent: Command, cli: Cli): void {
  parent
    .command('recover')
    .description('bring a region of a local stack back, with the data that it had')
    .argument('<region>')
    .option(...nameOption)
    .action(async (region: string, { name }: { name?: string }) => {
      await (await chooseStack(cli, { name, onProgress: cli.out.say })).recover(region);
      cli.out.result({ region, outage: false }, () => `${region} is back; what it is owed is repaid by itself`);
    });
}
