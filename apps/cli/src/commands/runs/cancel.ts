import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followRun } from '../../follow-run.ts';
import { describeRun } from '../../output/describe-run.ts';

export function cancelRun(parent: Command, cli: Cli): void {
  parent
    .command('cancel')
    .description('cancel a run, waiting or running')
    .argument('<run>')
    .option('--wait', 'until it has really ended')
    .action(async (id: string, { wait }: { wait?: true }) => {
      const client = await cli.connect();
      const asked = await client.cancelRun(id);
      const run = wait === true ? await followRun(cli, client, asked) : asked;
      cli.out.result(run, () => describeRun(run));
    });
}
