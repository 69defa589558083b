import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeApplied } from '../../output/describe-applied.ts';
import { readText } from './read-text.ts';

export function applyConfig(parent: Command, cli: Cli): void {
  parent
    .command('apply')
    .description('apply a cbcr.yaml: all of it, or nothing and every problem; the same as cbcr policy apply without a reason')
    .argument('<file>')
    .action(async (file: string) => {
      const applied = await (await cli.connect()).applyConfig({ file, text: await readText(file) });
      cli.out.result(applied, () => describeApplied(applied));
    });
}
