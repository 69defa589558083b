import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

export function confirmDeletions(parent: Command, cli: Cli): void {
  parent
    .command('confirm')
    .description('let go on what bulk protection, or a doubt about the time, has stopped')
    .argument('<scope>', 'instance:NAME, region:NAME, or clock: the time of the catalog is right')
    .requiredOption('--reason <reason>', 'why, for the audit trail')
    .action(async (scope: string, { reason }: { reason: string }) => {
      const confirmed = await (await cli.connect()).confirmDeletions({ scope, reason });
      cli.out.result(confirmed, () => [
        confirmed.until === null ? `${scope} is confirmed` : `${scope} is confirmed until ${formatTime(confirmed.until)}`,
        ...(confirmed.waited ? [] : ['nothing was stopped that this lets go on']),
        ...confirmed.stopped.flatMap(({ instance, reasons }) => reasons.map(({ text }) => `still nothing of ${instance} expires: ${text}`)),
      ]);
    });
}
