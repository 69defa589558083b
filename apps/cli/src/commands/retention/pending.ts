import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

export function listDeletions(parent: Command, cli: Cli): void {
  parent
    .command('pending')
    .description('copies that are marked as expiring, and those whose bytes are going')
    .action(async () => {
      const open = await (await cli.connect()).listDeletions();
      cli.out.result(open, () => ({
        head: ['point', 'instance', 'region', 'why', 'by', 'marked', 'bytes go since'],
        rows: open.map(({ point, instance, region, purpose, requestedBy, plannedAt, begunAt }) => [
          ...[point, instance, region, purpose, requestedBy, formatTime(plannedAt)],
          begunAt === null ? '' : formatTime(begunAt),
        ]),
      }));
    });
}
