import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';
import { sayIfCut } from '../../output/say-if-cut.ts';
import { parseCount } from '../../parse-input.ts';

export function listRuns(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list runs, the newest first')
    .option('--instance <instance>', 'only of this instance')
    .option('--kind <kind>', 'backup, garbage, hold, probe, replicate, restore, retention or verify')
    .option('--state <state>', 'queued, running, waiting, succeeded, failed or cancelled')
    .option('--limit <count>', 'default 50', parseCount)
    .action(async (filter: { instance?: string; kind?: string; state?: string; limit?: number }) => {
      const runs = await (await cli.connect()).listRuns(filter);
      cli.out.result(runs, () => ({
        none: 'no run matches',
        head: ['run', 'kind', 'region', 'instance', 'state', 'created', 'ended', 'by'],
        rows: runs.map(({ id, kind, region, instance, state, createdAt, finishedAt, requestedBy }) => [
          ...[id, kind, region, instance ?? '–', state, formatTime(createdAt), formatTime(finishedAt), requestedBy],
        ]),
      }));
      sayIfCut(cli.out, runs.length, filter.limit ?? 50);
    });
}
