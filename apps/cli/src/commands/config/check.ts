import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { checkFile } from './check-file.ts';

export function checkConfig(parent: Command, cli: Cli): void {
  parent
    .command('check')
    .description('check a cbcr.yaml without a scheduler: every problem at once, each with its line; changes nothing')
    .argument('<file>')
    .action(async (file: string) => {
      await checkFile(file, cli);
    });
}
