import { issueTokenRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { parseInput, parseLifetime } from '../../parse-input.ts';

export function issueToken(parent: Command, cli: Cli): void {
  parent
    .command('issue')
    .description('issue a token of the API that ends by itself; needs the main token, and changing that ends all of them')
    .argument('<name>', 'whom it is for; named wherever it is used')
    .requiredOption('--for <duration>', 'how long it is valid, such as 45m, 8h or 30d; at most 365d', parseLifetime)
    .action(async (name: string, options: { for: number }) => {
      const request = parseInput(issueTokenRequestSchema, { name, lifetimeSeconds: options.for }, { lifetimeSeconds: '--for' });
      const issued = await (await cli.connect()).issueToken(request);
      cli.out.result(issued, () => `${issued.token}\n(of ${issued.name}, until ${issued.expires}; it is not shown again)`);
    });
}
