import { type Command, Option } from 'commander';
import type { Cli } from '../../cli.ts';
import { formatDuration } from '../../output/format.ts';
import type { Text } from '../../output/text.ts';
import { parseCount } from '../../parse-input.ts';
import type { QuickstartReport } from '../../quickstart/quickstart.ts';

interface Options {
  name: string;
  keep?: boolean;
  store?: 's3' | 'fs';
  megabytes: number;
}

export function quickstart(parent: Command, cli: Cli): void {
  parent
    .command('quickstart')
    .description('watch the main job on real servers: back up into several regions, lose one, restore, compare, heal')
    .option('--keep', 'leave the stack running at the end')
    .addOption(new Option('--store <kind>', "the regions' stores; s3 where its server is installed").choices(['s3', 'fs']))
    .option('--megabytes <count>', "size of the customer's database", parseCount, 220)
    .option('--name <name>', 'its stack, which is not yours', 'quickstart')
    .action(async ({ keep = false, ...options }: Options) => {
      // The servers and their tools take long to load, and no other command needs them.
      const { runQuickstart } = await import('../../quickstart/quickstart.ts');
      const report = await runQuickstart(cli, { store: undefined, ...options, keep });
      cli.out.result(report, () => describeReport(report));
    });
}

function describeReport({ steps, seconds, stack, kept }: QuickstartReport): Text {
  const rows = steps.map(({ step, result, seconds: took, megabytesPerSecond }, index) => [
    ...[String(index + 1), step, result, took.toFixed(1)],
    megabytesPerSecond === null ? '' : megabytesPerSecond.toFixed(1),
  ]);
  return [
    '',
    { head: ['', 'step', 'result', 'seconds', 'MB/s'], rows },
    '',
    `all in ${formatDuration(seconds * 1000)}`,
    `API         ${stack.url}${kept ? `  (token: ${stack.tokenFile})` : ''}`,
    `Bull Board  ${stack.board}  (any user name; the password is the token)`,
    ...(kept
      ? [
          `still running; try: cbcr --stack ${stack.name} instances show shop`,
          `stop and remove it with: cbcr dev down --wipe --name ${stack.name}`,
        ]
      : ['both were stopped with the stack; with --keep it stays, to look around']),
  ];
}
