import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { parseCount, parseMoment } from '../../parse-input.ts';
import { readText } from '../config/read-text.ts';

interface Options {
  policy?: string;
  at?: string;
  instance?: string;
  limit?: number;
}

export function previewRetention(parent: Command, cli: Cli): void {
  parent
    .command('preview')
    .description('show which copies would expire or be kept again, why, and how many bytes in each region; changes nothing')
    .option('--policy <file>', 'under the rules of this cbcr.yaml, as if it were applied now')
    .option('--at <time>', 'at this moment, such as 2027-01-31 or 2027-01-31T12:00:00Z, if nothing else happens until then', parseMoment)
    .option('--instance <name>', 'of this instance only')
    .option('--limit <count>', 'show so many copies (default 200)', parseCount)
    .action(async ({ policy, ...options }: Options) => {
      const client = await cli.connect();
      const proposed = policy === undefined ? {} : { proposed: { file: policy, text: await readText(policy) } };
      const preview = await client.previewRetention({ ...proposed, ...options });
      cli.out.result(preview, () => preview.text);
    });
}
