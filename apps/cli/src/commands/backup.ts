import { backupRequestSchema, type CbcrClient, type PointView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followToSuccess } from '../follow-run.ts';
import { describePoint } from '../output/describe-point.ts';
import { describeRun } from '../output/describe-run.ts';
import { formatTime } from '../output/format.ts';
import { parseCount, parseInput, timeoutHelp } from '../parse-input.ts';
import { waitUntilSettled } from '../wait-until-settled.ts';

export function backup(parent: Command, cli: Cli): void {
  parent
    .command('backup')
    .description('back an instance up now')
    .argument('<instance>')
    .option('--wait', 'until the point is captured and each copy is verified or owed')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .option('--idempotency-key <key>', 'the same key always means the same run')
    .action(async (instance: string, { wait, timeout, idempotencyKey }: { wait?: true; timeout?: number; idempotencyKey?: string }) => {
      const client = await cli.connect();
      const request = parseInput(backupRequestSchema, { instance });
      const run = await client.startBackup(request, idempotencyKey === undefined ? {} : { idempotencyKey });
      if (wait !== true) return cli.out.result(run, () => describeRun(run));
      const point = await finishBackup(cli, client, await followToSuccess(cli, client, run, { timeoutSeconds: timeout }));
      cli.out.result(point, () => describePoint(point));
    });
}

/** Waits for the verification of the copies and says which are owed. A point that is not available is a failure. */
export async function finishBackup(cli: Cli, client: CbcrClient, run: { id: string; point: string | null }): Promise<PointView> {
  if (run.point === null) throw new CbcrError('run.failed', { run: run.id, cause: 'it has no recovery point' });
  const point = await waitUntilSettled(cli, client, run.point);
  for (const debt of point.debts) cli.out.warn(`the copy in ${debt.region} is owed since ${formatTime(debt.since)}: ${debt.reason.text}`);
  if (!point.available)
    throw new CbcrError('run.failed', { run: run.id, cause: `${point.id} has too few verified copies to be available` });
  return point;
}
