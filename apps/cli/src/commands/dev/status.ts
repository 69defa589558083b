import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { chooseStack, nameOption } from '../../local-stack/choose-stack.ts';

export function showStack(parent: Command, cli: Cli): void {
  parent
    .command('status')
    .description('show the processes of a local stack')
    .option(...nameOption)
    .action(async ({ name }: { name?: string }) => {
      const status = (await chooseStack(cli, { name })).status();
      cli.out.result(status, () => {
        const rows = status.processes.map(({ name: part, state, pid, port, logFile }) => [
          ...[part, state, pid === null ? '–' : String(pid), port === null ? '–' : String(port), logFile ?? '–'],
        ]);
        const head = `stack ${status.name ?? 'of this name'}: ${status.state} (${status.folder})`;
        return rows.length === 0 ? head : [head, '', { head: ['process', 'state', 'pid', 'port', 'log'], rows }];
      });
    });
}
