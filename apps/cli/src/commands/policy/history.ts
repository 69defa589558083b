import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatTime } from '../../output/format.ts';
import { sayIfCut } from '../../output/say-if-cut.ts';
import { parseCount } from '../../parse-input.ts';

export function showHistory(parent: Command, cli: Cli): void {
  parent
    .command('history')
    .description('list the versions of the rules, the one in force first')
    .option('--before <version>', 'those before this version', parseCount)
    .option('--limit <count>', 'show so many (default 100, at most 500)', parseCount)
    .action(async ({ before, limit = 100 }: { before?: number; limit?: number }) => {
      const versions = await (await cli.connect()).listPolicyVersions({ before, limit });
      cli.out.result(versions, () => ({
        none: before === undefined ? 'nothing was applied yet' : `there is no version before ${before}`,
        head: ['version', 'applied', 'by', 'hash', 'what', 'reason'],
        rows: versions.map(({ version, appliedAt, author, hash, forced, rollbackOf, reason }) => [
          ...[String(version), formatTime(appliedAt), author, hash.slice(0, 12)],
          `${rollbackOf === null ? 'applied' : `rolled back to ${rollbackOf}`}${forced ? ', forced' : ''}`,
          reason ?? '',
        ]),
      }));
      const oldest = versions.at(-1)?.version ?? 1;
      if (oldest > 1) sayIfCut(cli.out, versions.length, limit, `older ones: cbcr policy history --before ${oldest}`);
    });
}
