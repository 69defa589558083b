import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function applyConfig(parent: Command, cli: Cli): void {
  parent
    .command('apply')
    .description('apply a cbcr.yaml: all of it, or nothing and every problem')
    .argument('<file>')
    .action(async (file: string) => {
      const applied = await (await cli.connect()).applyConfig({ file, text: await readText(file) });
      cli.out.result(applied, () => `applied: ${applied.regions} regions, ${applied.policies} policies, ${applied.instances} instances`);
    });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CbcrError('usage.invalid', { cause: `${file} cannot be read` }, { cause: error });
  }
}
