import type { DeletionView } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

const pageSize = 1_000;

export function listDeletions(parent: Command, cli: Cli): void {
  parent
    .command('pending')
    .description('copies that are marked as expiring, until when their bytes stay at least, and those whose bytes are going')
    .action(async () => {
      const client = await cli.connect();
      const open: DeletionView[] = [];
      for (let isWhole = false; !isWhole; ) {
        const page = await client.listDeletions({ after: open.at(-1)?.id, limit: pageSize });
        open.push(...page);
        isWhole = page.length < pageSize;
      }
      if (open.length === 0) return cli.out.result(open, () => 'nothing is marked, and no bytes are going');
      cli.out.result(open, () => ({
        head: ['point', 'instance', 'region', 'why', 'by', 'marked', 'bytes stay until', 'bytes go since'],
        rows: open.map(({ point, instance, region, purpose, requestedBy, plannedAt, notBefore, begunAt }) => [
          ...[point, instance, region, purpose, requestedBy, formatTime(plannedAt)],
          notBefore === null ? '' : formatTime(notBefore),
          begunAt === null ? '' : formatTime(begunAt),
        ]),
      }));
    });
}
