import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatCount } from '../../output/format.ts';
import { parseMoment } from '../../parse-input.ts';

export function verifyAudit(parent: Command, cli: Cli): void {
  parent
    .command('verify')
    .description('read the audit trail again, and tell whether every event is as it was written and in its place')
    .option('--from <moment>', 'from this moment on, such as 2027-01-31 or 2027-01-31T12:00:00Z', parseMoment)
    .option('--to <moment>', 'up to this moment, without it', parseMoment)
    .option('--anchor <event>', 'the last event of an earlier verification, as ID:HASH: it must still have this hash')
    .action(async (period: { from?: string; to?: string; anchor?: string }) => {
      const verified = await (await cli.connect()).verifyAudit(period);
      const { events, last, broken } = verified;
      if (broken !== null) throw new CbcrError('audit.chain-broken', { kind: broken.kind, event: broken.id, detail: broken.detail });
      cli.out.result(verified, () => [
        `${formatCount(events, 'event is as it was', 'events are as they were')} written.`,
        ...(last === null ? [] : [`Note this elsewhere, to find later whether the trail was written anew: ${last.id}:${last.hash}`]),
      ]);
    });
}
