import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';

export function showHistory(parent: Command, cli: Cli): void {
  parent
    .command('history')
    .description('list the versions of the rules, the one in force first')
    .action(async () => {
      const versions = await (await cli.connect()).listPolicyVersions();
      cli.out.result(versions, () => ({
        head: ['version', 'applied', 'by', 'hash', 'what', 'reason'],
        rows: versions.map(({ version, appliedAt, author, hash, forced, rollbackOf, reason }) => [
          ...[String(version), formatTime(appliedAt), author, hash.slice(0, 12)],
          `${rollbackOf === null ? 'applied' : `rolled back to ${rollbackOf}`}${forced ? ', forced' : ''}`,
          reason ?? '',
        ]),
      }));
    });
}
