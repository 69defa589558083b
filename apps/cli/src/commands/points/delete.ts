import type { PlannedDeletionView, PointView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { failWithResult } from '../../fail-with-result.ts';
import type { Table } from '../../output/table.ts';

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
      if (planned.length === 0) return cli.out.result(planned, () => describeNothing(state));
      const describe = () => tabulatePlanned(planned, yes);
      const staying = planned.filter(({ marked }) => !marked);
      if (yes && staying.length === planned.length) {
        failWithResult(cli.out, new CbcrError('copy.deletion-refused', { point, cause: whyNot(staying) }), planned, describe);
      }
      if (yes && staying.length > 0) {
        const where = staying.map((copy) => copy.region).join(', ');
        cli.out.warn(`partly refused: what stays is in ${where}; see why below`);
      }
      cli.out.result(planned, describe);
    });
}

const tabulatePlanned = (planned: readonly PlannedDeletionView[], yes: boolean): Table => ({
  head: ['region', 'allowed', 'what happens', 'why'],
  rows: planned.map(({ region, allowed, marked, reasons }) => [
    region,
    allowed ? 'yes' : 'NO',
    marked ? 'expires' : allowed && !yes ? 'nothing (dry run)' : 'nothing',
    reasons
      .filter(({ allows }) => allows === allowed)
      .map(({ text }) => text)
      .join('; '),
  ]),
});

/** Each reason once: most are the same in every region. */
function whyNot(staying: readonly PlannedDeletionView[]): string {
  const denied = staying.flatMap(({ reasons }) => reasons.filter(({ allows }) => !allows).map(({ text }) => text));
  return [...new Set(denied)].join('; ') || 'they changed meanwhile, so ask again';
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
