import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { chooseStack, nameOption } from '../../local-stack/choose-stack.ts';

export function startOutage(parent: Command, cli: Cli): void {
  parent
    .command('outage')
    .description('take a region of a local stack down: its store and its workers are killed')
    .argument('<region>')
    .option(...nameOption)
    .action(async (region: string, { name }: { name?: string }) => {
      await (await chooseStack(cli, { name })).outage(region);
      cli.out.result({ region, outage: true }, () => `${region} is down; bring it back with: cbcr dev recover ${region}`);
    });
}
