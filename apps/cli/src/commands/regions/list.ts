import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeAge, listAbilities } from '../../output/describe-region.ts';
import { formatTime } from '../../output/format.ts';

export function listRegions(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list the regions, whether they are up and why, and what their stores can do')
    .action(async () => {
      const regions = await (await cli.connect()).listRegions();
      cli.out.result(regions, () => ({
        none: 'there is no region yet; cbcr.yaml describes them: cbcr policy apply',
        head: ['region', 'jurisdictions', 'store', 'health', 'since', 'workers', 'abilities', 'probed', 'why'],
        rows: regions.map((region) => [
          ...[region.id, region.jurisdictions.join(', '), region.storeKind, region.health.state, formatTime(region.health.since)],
          ...[
            String(region.workers),
            listAbilities(region),
            region.probe === null ? '–' : describeAge(region.probe.probedAt, cli.clock.now()),
          ],
          region.health.reason,
        ]),
      }));
    });
}
