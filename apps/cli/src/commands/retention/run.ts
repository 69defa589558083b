import { retentionRunRequestSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeRetentionRun } from '../../output/describe-retention-run.ts';
import { parseInput } from '../../parse-input.ts';

export function runRetention(parent: Command, cli: Cli): void {
  parent
    .command('run')
    .description(
      'judge now what has expired, and show what would go, with reasons; with --yes it is marked, and what was marked before and may go now goes',
    )
    .option('--instance <name>', 'of this instance only')
    .option('--dry-run', 'change nothing; this is what happens without --yes')
    .option('--yes', 'really; without it nothing is marked')
    .action(async ({ instance, dryRun = false, yes = false }: { instance?: string; dryRun?: boolean; yes?: boolean }) => {
      if (dryRun && yes) throw new CbcrError('usage.invalid', { cause: '--yes and --dry-run contradict each other: give one of them' });
      const request = parseInput(retentionRunRequestSchema, { instance, dryRun: dryRun || !yes });
      const round = await (await cli.connect()).runRetention(request);
      cli.out.result(round, () => describeRetentionRun(round, request.dryRun));
    });
}
