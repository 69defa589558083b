import { replicationRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followToSuccess } from '../follow-run.ts';
import { describeRun } from '../output/describe-run.ts';
import { parseCount, parseInput, timeoutHelp } from '../parse-input.ts';

interface Options {
  to: string;
  wait?: true;
  timeout?: number;
  idempotencyKey?: string;
}

export function replicate(parent: Command, cli: Cli): void {
  parent
    .command('replicate')
    .description('make the copy of a point in a region now, instead of when the reconciler comes to it')
    .argument('<point>')
    .requiredOption('--to <region>', 'one of the regions where the policy demands a copy')
    .option('--wait', 'until the copy is stored; its verification follows as a run of its own')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .option('--idempotency-key <key>', 'the same key always means the same run')
    .action(async (point: string, { to, wait, timeout, idempotencyKey }: Options) => {
      const client = await cli.connect();
      const request = parseInput(replicationRequestSchema, { point, to });
      const started = await client.startReplication(request, idempotencyKey === undefined ? {} : { idempotencyKey });
      const run = wait === true ? await followToSuccess(cli, client, started, { timeoutSeconds: timeout }) : started;
      cli.out.result(run, () => describeRun(run));
    });
}
