import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followToSuccess } from '../../follow-run.ts';
import { describeRun } from '../../output/describe-run.ts';

export function watchRun(parent: Command, cli: Cli): void {
  parent
    .command('watch')
    .description('follow a run until it ends; without a name, the newest one')
    .argument('[run]')
    .action(async (id: string | undefined) => {
      const client = await cli.connect();
      const first = id === undefined ? (await client.listRuns({ limit: 1 })).at(0) : await client.getRun(id);
      if (first === undefined) throw new CbcrError('usage.invalid', { cause: 'there is no run to watch yet' });
      const run = await followToSuccess(cli, client, first);
      cli.out.result(run, () => describeRun(run));
    });
}
