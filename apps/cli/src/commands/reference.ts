import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { renderReference } from '../output/render-reference.ts';

/** Writes docs/cli.md: `pnpm --filter @cbcr/cli generate`. */
export function reference(parent: Command, cli: Cli): void {
  parent
    .command('reference', { hidden: true })
    .description('print the reference of all commands as Markdown')
    .action(() => {
      const markdown = renderReference(parent);
      cli.out.result({ markdown }, () => markdown.trimEnd());
    });
}
