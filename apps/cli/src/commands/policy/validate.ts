import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { checkFile } from '../config/check-file.ts';

export function validatePolicy(parent: Command, cli: Cli): void {
  parent
    .command('validate')
    .description('check a cbcr.yaml without a scheduler: contradictions and mistakes, all at once, each with its line and a way out')
    .argument('<file>')
    .action((file: string) => checkFile(file, cli));
}
