import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeApplied } from '../../output/describe-applied.ts';
import { readText } from '../config/read-text.ts';
import { requireReason } from './require-reason.ts';

export function applyPolicy(parent: Command, cli: Cli): void {
  parent
    .command('apply')
    .description('apply a cbcr.yaml as a new version; refused if an instance would be left without a legal verified copy')
    .argument('<file>')
    .option('--reason <reason>', 'why, for the history and the audit trail')
    .option('--force', 'apply even if an instance is left without a legal copy; needs a reason')
    .action(async (file: string, options: { reason?: string; force?: boolean }) => {
      requireReason(options);
      const applied = await (await cli.connect()).applyConfig({ file, text: await readText(file), ...options });
      cli.out.result(applied, () => describeApplied(applied, options.reason));
    });
}
