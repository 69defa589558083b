import { verificationRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followToSuccess } from '../follow-run.ts';
import { describeRun } from '../output/describe-run.ts';
import { parseCount, parseInput, timeoutHelp } from '../parse-input.ts';

interface Options {
  region: string;
  wait?: true;
  timeout?: number;
  idempotencyKey?: string;
}

export function verify(parent: Command, cli: Cli): void {
  parent
    .command('verify')
    .description('read a copy back now, every byte, and check it against its manifest')
    .argument('<point>')
    .requiredOption('--region <region>', 'where the copy lies')
    .option('--wait', 'until every byte was read; a damaged copy ends in exit code 6')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .option('--idempotency-key <key>', 'the same key always means the same run')
    .action(async (point: string, { region, wait, timeout, idempotencyKey }: Options) => {
      const client = await cli.connect();
      const request = parseInput(verificationRequestSchema, { point, region });
      const started = await client.startVerification(request, idempotencyKey === undefined ? {} : { idempotencyKey });
      const run = wait === true ? await followToSuccess(cli, client, started, { timeoutSeconds: timeout }) : started;
      cli.out.result(run, () => describeRun(run));
    });
}
