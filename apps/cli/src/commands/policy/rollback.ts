import { rollbackRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { parseCount, parseInput } from '../../parse-input.ts';

export function rollBackPolicy(parent: Command, cli: Cli): void {
  parent
    .command('rollback')
    .description('apply the rules of an earlier version again, as a new version; instances and limits stay as they are')
    .argument('<version>', 'as listed by: cbcr policy history', parseCount)
    .requiredOption('--reason <reason>', 'why, for the history and the audit trail')
    .option('--force', 'apply even if an instance is left without a legal copy')
    .action(async (version: number, options: { reason: string; force?: boolean }) => {
      const request = parseInput(rollbackRequestSchema, { version, ...options });
      const applied = await (await cli.connect()).rollBackPolicies(request);
      cli.out.result(applied, () =>
        applied.changed
          ? `the rules of version ${version} are in force, as version ${applied.version}`
          : [
              `nothing changes, still version ${applied.version}: it says what version ${version} says`,
              'the reason is not kept: it would belong to a new version',
            ],
      );
    });
}
