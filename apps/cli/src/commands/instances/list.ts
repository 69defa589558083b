import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

export function listInstances(parent: Command, cli: Cli): void {
  parent
    .command('list')
    .description('list the protected instances')
    .action(async () => {
      const instances = await (await cli.connect()).listInstances();
      cli.out.result(instances, () => ({
        none: 'no instance is protected yet; begin with: cbcr instances add',
        head: ['instance', 'engine', 'home', 'policy', 'protected', 'newest point', 'debts', 'next due'],
        rows: instances.map(({ id, engine, home, policy, protected: safe, newestPoint, debts, nextDueAt }) => [
          ...[id, engine, home, policy, safe ? 'yes' : 'NO'],
          newestPoint === null ? '–' : formatTime(newestPoint.capturedAt),
          String(debts),
          formatTime(nextDueAt),
        ]),
      }));
    });
}
