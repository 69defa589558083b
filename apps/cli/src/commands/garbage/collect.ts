import type { CbcrClient, GarbageView, RunView } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { followToSuccess } from '../../follow-run.ts';
import { describeGarbage, describeUnlisted } from '../../output/describe-garbage.ts';
import { describeRun } from '../../output/describe-run.ts';
import { formatCount } from '../../output/format.ts';
import { parseCount, searchTimeoutHelp } from '../../parse-input.ts';
import { type GarbageOptions, searchGarbage } from './search.ts';

interface Options extends GarbageOptions {
  yes?: true;
}

export function collectGarbage(parent: Command, cli: Cli): void {
  parent
    .command('collect')
    .description('show what dead attempts left and may go; with --yes workers delete it, after they have asked the deletion gate again')
    .option('--instance <name>', 'of this instance only')
    .option('--region <region>', 'only there; otherwise in every region that is up')
    .option('--yes', 'really; without it nothing is deleted')
    .option('--timeout <seconds>', searchTimeoutHelp, parseCount)
    .action(async ({ yes, ...options }: Options) => {
      const client = await cli.connect();
      const { found, skipped } = await searchGarbage(cli, client, options);
      for (const { region, reason } of skipped) cli.out.warn(`${region} was not searched: it is ${reason}`);
      for (const line of describeUnlisted(found)) cli.out.warn(line);
      const goes = found.map((one) => ({ ...one, garbage: one.garbage.filter(({ denied }) => denied.length === 0), unclaimed: [] }));
      if (yes === true) {
        const runs: RunView[] = [];
        for (const one of goes) if (one.garbage.length > 0) runs.push(...(await collect(cli, client, one, options.timeout)));
        cli.out.result({ collected: true, runs, skipped }, () =>
          runs.length === 0 ? 'nothing may go' : runs.flatMap((run) => ['', describeRun(run)]).slice(1),
        );
        return;
      }
      cli.out.result({ collected: false, found: goes, skipped }, () => describeGarbage(goes, cli.clock.now(), 'nothing that may go'));
      cli.out.say(
        goes.some(({ garbage }) => garbage.length > 0)
          ? 'Nothing was deleted. With --yes it goes.'
          : 'Nothing may go now. What there is, and what keeps it: cbcr garbage list',
      );
    });
}

/** Run by run, as long as some of it waits for others of its instance. */
async function collect(
  cli: Cli,
  client: CbcrClient,
  { search, region }: GarbageView,
  timeoutSeconds: number | undefined,
): Promise<RunView[]> {
  const ended = new Map<string, RunView>();
  for (;;) {
    const { runs, waiting } = await client.collectGarbage(search);
    const fresh = runs.filter(({ id }) => !ended.has(id));
    for (const run of fresh) ended.set(run.id, await followToSuccess(cli, client, run, { timeoutSeconds, namesRegion: true }));
    if (waiting === 0) return [...ended.values()];
    if (fresh.length === 0) {
      cli.out.warn(
        `in ${region}, ${formatCount(waiting, 'point')} must wait for another run that deletes there: collect again when it has ended`,
      );
      return [...ended.values()];
    }
  }
}
