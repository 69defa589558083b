import { probeRequestSchema, type RunView } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followToSuccess } from '../../follow-run.ts';
import { describeRun } from '../../output/describe-run.ts';
import { parseCount, parseInput, timeoutHelp } from '../../parse-input.ts';

export function probeRegions(parent: Command, cli: Cli): void {
  parent
    .command('probe')
    .description('have a worker try now what the store of a region can do and where it is; without a region: all stores')
    .argument('[region]')
    .option('--wait', 'until the stores were tried')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .action(async (region: string | undefined, { wait, timeout }: { wait?: true; timeout?: number }) => {
      const client = await cli.connect();
      const regions = region === undefined ? (await client.listRegions()).map(({ id }) => id) : [region];
      const runs: RunView[] = [];
      for (const id of regions) runs.push(await client.startProbe(parseInput(probeRequestSchema, { region: id })));
      if (wait === true) {
        for (const [index, run] of runs.entries()) runs[index] = await followToSuccess(cli, client, run, { timeoutSeconds: timeout });
      }
      cli.out.result(runs, () => runs.flatMap((run) => ['', describeRun(run)]).slice(1));
    });
}
