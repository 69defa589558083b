import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeRegion } from '../../output/describe-region.ts';

export function showRegion(parent: Command, cli: Cli): void {
  parent
    .command('show')
    .description('show one region: its health, and what its store was found to be able to do')
    .argument('<region>')
    .action(async (id: string) => {
      const regions = await (await cli.connect()).listRegions();
      const region = regions.find((candidate) => candidate.id === id);
      if (region === undefined) {
        throw new CbcrError('region.not-found', { region: id, known: regions.map((known) => known.id).join(', ') || 'none' });
      }
      cli.out.result(region, () => describeRegion(region, cli.clock.now()));
    });
}
