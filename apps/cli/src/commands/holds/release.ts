import { releaseHoldRequestSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeHold } from '../../output/describe-holds.ts';
import { parseInput } from '../../parse-input.ts';

export function releaseHold(parent: Command, cli: Cli): void {
  parent
    .command('release')
    .description('release a legal hold, or ask for it where the rules want two people; what it covered is protected for a while longer')
    .argument('<hold>')
    .option('--reason <reason>', 'why, for the audit trail')
    .option('--approve', 'approve what another person asked for')
    .action(async (id: string, { reason, approve }: { reason?: string; approve?: true }) => {
      if ((approve === undefined) === (reason === undefined)) {
        throw new CbcrError('usage.invalid', { cause: 'give a --reason, or --approve what another person asked for' });
      }
      const request = parseInput(releaseHoldRequestSchema, approve === true ? { approve } : { reason });
      const hold = await (await cli.connect()).releaseHold(id, request);
      cli.out.result(hold, () => describeHold(hold));
    });
}
