import type { PointView } from '@cbcr/client';
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
      const client = await cli.connect();
      const planned = await client.deletePoint(point, { region, reason, dryRun: !yes });
      const { state } = await client.getPoint(point);
      if (yes && planned.some(({ marked }) => !marked)) cli.out.warn('not everything that was asked for goes: see why below');
      if (planned.length === 0) return cli.out.result(planned, () => describeNothing(state));
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

/** No copy was asked about. */
function describeNothing(state: PointView['state']): string {
  switch (state) {
    case 'deleted':
      return 'nothing to delete: the point was deleted before';
    case 'failed':
      return 'nothing to delete: the point never came to be; what its capture left goes as garbage (cbcr garbage list)';
    default:
      return 'nothing to delete: its copies are marked already, or there is none (cbcr retention pending, cbcr points show)';
  }
}
