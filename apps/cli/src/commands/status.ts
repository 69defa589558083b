import type { InstanceView, RegionView, RunView } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { formatCount } from '../output/format.ts';
import { describeServer } from '../output/output.ts';

const openStates = ['running', 'queued', 'waiting'] as const satisfies readonly RunView['state'][];
const mostRuns = 500;

export function showStatus(parent: Command, cli: Cli): void {
  parent
    .command('status')
    .description('show which scheduler is talked to, which regions are up, what is protected and what is going on')
    .action(async () => {
      const client = await cli.connect();
      const server = cli.server();
      const [regions, instances, ...runs] = await Promise.all([
        client.listRegions(),
        client.listInstances(),
        ...openStates.map((state) => client.listRuns({ state, limit: mostRuns })),
      ]);
      const open = openStates.map((state, index) => ({ state, runs: runs[index]?.length ?? 0 }));
      const status = { server, regions: regions.map(({ id, health }) => ({ id, ...health })), ...countInstances(instances), runs: open };
      cli.out.result(status, () => [
        `scheduler  ${describeServer(server)}`,
        `regions    ${describeRegions(regions)}`,
        `instances  ${describeInstances(instances)}`,
        `debts      ${formatCount(status.debts, 'copy is', 'copies are')} owed`,
        `runs       ${open.map(({ state, runs: count }) => `${count}${count === mostRuns ? ' or more' : ''} ${state}`).join(', ')}`,
      ]);
    });
}

const countInstances = (instances: readonly InstanceView[]) => ({
  instances: instances.length,
  unprotected: instances.filter((instance) => !instance.protected).map(({ id }) => id),
  debts: instances.reduce((sum, { debts }) => sum + debts, 0),
});

function describeRegions(regions: readonly RegionView[]): string {
  const others = regions
    .filter(({ health }) => health.state !== 'up')
    .map(({ id, health }) => `; ${id} is ${health.state}: ${health.reason}`);
  return `${regions.length - others.length} of ${regions.length} up${others.join('')}`;
}

function describeInstances(instances: readonly InstanceView[]): string {
  const { unprotected } = countInstances(instances);
  const named = unprotected.slice(0, 10).join(', ');
  const more = unprotected.length > 10 ? ` and ${unprotected.length - 10} more` : '';
  return `${instances.length - unprotected.length} of ${instances.length} protected${unprotected.length === 0 ? '' : `; NOT ${named}${more}`}`;
}
