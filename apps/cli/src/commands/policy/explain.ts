import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function explainPolicy(parent: Command, cli: Cli): void {
  parent
    .command('explain')
    .description('say which policy set what for an instance, where its copies live and why, and what each region may be used for')
    .argument('<instance>')
    .action(async (instance: string) => {
      const explanation = await (await cli.connect()).explainPolicy(instance);
      cli.out.result(explanation, () => [...explanation.text, '', `by version ${explanation.version} of the rules`]);
    });
}
