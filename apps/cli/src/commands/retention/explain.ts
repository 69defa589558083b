import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function explainRetention(parent: Command, cli: Cli): void {
  parent
    .command('explain')
    .description('say for each copy whether it is kept, until when, and all reasons')
    .argument('<instance-or-point>')
    .action(async (name: string) => {
      const client = await cli.connect();
      // No name of an instance has an underscore; what is wrong with an id is told as such.
      const isPoint = name.startsWith('rp_');
      const explanation = await (isPoint ? client.explainPointRetention(name) : client.explainRetention(name));
      cli.out.result(explanation, () => explanation.text);
    });
}
