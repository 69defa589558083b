import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatBytes, formatTime } from '../../output/format.ts';
import { sayIfCut } from '../../output/say-if-cut.ts';
import { parseCount } from '../../parse-input.ts';

export function listPoints(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list recovery points, the newest first')
    .option('--instance <instance>', 'only of this instance')
    .option('--limit <count>', 'default 50', parseCount)
    .action(async (filter: { instance?: string; limit?: number }) => {
      const points = await (await cli.connect()).listPoints(filter);
      cli.out.result(points, () => ({
        none: filter.instance === undefined ? 'there is no recovery point yet' : `${filter.instance} has no recovery point yet`,
        head: ['point', 'instance', 'captured', 'state', 'size', 'copies', 'available', 'protected'],
        rows: points.map((point) => [
          ...[point.id, point.instance, formatTime(point.capturedAt), point.state, formatBytes(point.plaintextBytes)],
          `${point.copies.filter((copy) => copy.state === 'verified').length}/${point.copies.length} verified`,
          point.available ? 'yes' : 'no',
          point.protected ? 'yes' : 'NO',
        ]),
      }));
      sayIfCut(cli.out, points.length, filter.limit ?? 50);
    });
}
