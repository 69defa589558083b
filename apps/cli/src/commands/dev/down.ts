import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { chooseStack, nameOption } from '../../local-stack/choose-stack.ts';

export function stopStack(parent: Command, cli: Cli): void {
  parent
    .command('down')
    .description('stop a local stack; its data stay unless they are wiped')
    .option(...nameOption)
    .option('--wipe', 'remove its data and its secrets as well')
    .action(async ({ name, wipe = false }: { name?: string; wipe?: boolean }) => {
      const stack = await chooseStack(cli, { name, onProgress: cli.out.say });
      const before = stack.status();
      await stack.down({ wipe });
      const wiped = wipe && before.state !== 'absent';
      cli.out.result({ folder: stack.folder, before: before.state, wiped }, () => {
        if (before.state === 'absent') return `there is no stack in ${stack.folder}`;
        return wiped ? `stopped, and ${stack.folder} is removed` : 'stopped; its data stay for the next: cbcr dev up';
      });
    });
}
