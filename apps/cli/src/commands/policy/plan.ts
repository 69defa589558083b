import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { parseCount } from '../../parse-input.ts';
import { readText } from '../config/read-text.ts';

export function planPolicy(parent: Command, cli: Cli): void {
  parent
    .command('plan')
    .description('show what applying a cbcr.yaml would change for every instance: copies, debts, bytes, cost, findings; changes nothing')
    .argument('<file>')
    .option('--limit <count>', 'show so many of the affected instances (default 200)', parseCount)
    .action(async (file: string, options: { limit?: number }) => {
      const plan = await (await cli.connect()).planPolicy({ file, text: await readText(file), ...options });
      cli.out.result(plan, () => plan.text);
    });
}
