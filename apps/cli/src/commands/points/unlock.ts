import { unlockRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';
import { parseInput } from '../../parse-input.ts';

export function unlockPoint(parent: Command, cli: Cli): void {
  parent
    .command('unlock')
    .description('let a worker lift the governance lock of one copy: an exception, which is recorded; a lock in compliance mode stays')
    .argument('<point>')
    .requiredOption('--region <region>', 'where the copy is')
    .requiredOption('--reason <reason>', 'why, for the audit trail')
    .action(async (point: string, options: { region: string; reason: string }) => {
      const lock = await (await cli.connect()).unlockCopy(point, parseInput(unlockRequestSchema, options));
      cli.out.result(lock, () => `a worker of ${lock.region} lifts the lock, which was until ${formatTime(lock.until)}`);
    });
}
