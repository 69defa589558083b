import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { cbcrVersion } from '../version.ts';

export function version(parent: Command, cli: Cli): void {
  parent
    .command('version')
    .description('show the version')
    .action(() =>
      cli.out.result({ cbcr: cbcrVersion, node: process.versions.node }, () => `cbcr ${cbcrVersion} (Node ${process.versions.node})`),
    );
}
