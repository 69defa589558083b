import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function deletePoint(parent: Command, cli: Cli): void {
  parent
    .command('delete')
    .description(
      'ask the deletion gate whether a point, or one copy of it, may go; with --yes it expires, and its bytes go after the grace',
    )
    .argument('<point>')
    .option('--region <region>', 'only the copy there')
    .requiredOption('--reason <reason>', 'why, for the audit trail')
    .option('--yes', 'really; without it nothing is marked')
    .action(async (point: string, { region, reason, yes = false }: { region?: string; reason: string; yes?: boolean }) => {
      const planned = await (await cli.connect()).deletePoint(point, { region, reason, dryRun: !yes });
      cli.out.result(planned, () => ({
        head: ['region', 'allowed', 'what happens', 'why'],
        rows: planned.map(({ region: where, allowed, marked, reasons }) => [
          where,
          allowed ? 'yes' : 'NO',
          marked ? 'expires' : allowed && !yes ? 'nothing (dry run)' : 'nothing',
          reasons
            .filter(({ allows }) => allows === allowed)
            .map(({ text }) => text)
            .join('; '),
        ]),
      }));
    });
}
