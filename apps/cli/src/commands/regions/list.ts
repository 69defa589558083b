import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

export function listRegions(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list the regions, whether they are up, and why')
    .action(async () => {
      const regions = await (await cli.connect()).listRegions();
      cli.out.result(regions, () => ({
        head: ['region', 'jurisdictions', 'store', 'health', 'since', 'workers', 'why'],
        rows: regions.map(({ id, jurisdictions, storeKind, health, workers }) => [
          ...[id, jurisdictions.join(', '), storeKind, health.state, formatTime(health.since), String(workers), health.reason],
        ]),
      }));
    });
}
