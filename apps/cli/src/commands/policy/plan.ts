import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { failWithResult } from '../../fail-with-result.ts';
import { parseCount } from '../../parse-input.ts';
import { readText } from '../config/read-text.ts';

export function planPolicy(parent: Command, cli: Cli): void {
  parent
    .command('plan')
    .description(
      'show what applying a cbcr.yaml would change for every instance: copies, debts, bytes, cost, findings; changes nothing; ends with exit code 4 when applying would be refused',
    )
    .argument('<file>')
    .option('--limit <count>', 'show so many of the affected instances (default 200)', parseCount)
    .action(async (file: string, options: { limit?: number }) => {
      const plan = await (await cli.connect()).planPolicy({ file, text: await readText(file), ...options });
      const { refusals } = plan;
      if (refusals.length === 0) return cli.out.result(plan, () => plan.text);
      failWithResult(cli.out, new CbcrError('policy.plan-refused', { instances: nameSome(refusals) }), plan, () => plan.text);
    });
}

const named = 5;
function nameSome(refusals: readonly { instance: string }[]): string {
  const names = refusals.slice(0, named).map(({ instance }) => instance);
  return `${names.join(', ')}${refusals.length > named ? ` and ${refusals.length - named} more` : ''}`;
}
