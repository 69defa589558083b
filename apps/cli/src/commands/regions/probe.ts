import { probeRequestSchema, type RegionView, type RunView } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followToSuccess } from '../../follow-run.ts';
import { describeRun } from '../../output/describe-run.ts';
import { parseCount, parseInput, timeoutHelp } from '../../parse-input.ts';

export function probeRegions(parent: Command, cli: Cli): void {
  parent
    .command('probe')
    .description('have a worker try now what the store of a region can do and where it is; without a region: all that are not down')
    .argument('[region]')
    .option('--wait', 'until the stores were tried')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .action(async (region: string | undefined, { wait, timeout }: { wait?: true; timeout?: number }) => {
      const client = await cli.connect();
      const known = await client.listRegions();
      for (const { id, health } of known.filter(isDown)) {
        if (region === undefined) cli.out.warn(`${id} was not probed: it is down: ${health.reason}`);
        else if (region === id) cli.out.warn(`${id} is down: ${health.reason}; its probe waits until it is back`);
      }
      const ids = region === undefined ? known.filter((one) => !isDown(one)).map(({ id }) => id) : [region];
      const runs: RunView[] = [];
      for (const id of ids) runs.push(await client.startProbe(parseInput(probeRequestSchema, { region: id })));
      if (wait === true) {
        const patience = { timeoutSeconds: timeout, namesRegion: true };
        for (const [index, run] of runs.entries()) runs[index] = await followToSuccess(cli, client, run, patience);
      }
      cli.out.result(runs, () => (runs.length === 0 ? 'no region was probed' : runs.flatMap((run) => ['', describeRun(run)]).slice(1)));
    });
}

const isDown = ({ health }: RegionView): boolean => health.state === 'down';
