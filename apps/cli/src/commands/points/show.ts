import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describePoint } from '../../output/describe-point.ts';

export function showPoint(parent: Command, cli: Cli): void {
  parent
    .command('show')
    .description('show a recovery point with its copies')
    .argument('<point>')
    .action(async (id: string) => {
      const point = await (await cli.connect()).getPoint(id);
      cli.out.result(point, () => describePoint(point));
    });
}
