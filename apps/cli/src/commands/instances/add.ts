import { addInstanceRequestSchema } from '@cbcr/client';
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../../cli.ts';
import { describeInstance } from '../../output/describe-instance.ts';
import { parseInput } from '../../parse-input.ts';
import { connectionHelp, readSecretArgument } from '../../read-secret-argument.ts';

interface Options {
  engine: string;
  home: string;
  policy?: string;
  connection?: string;
  connectionFile?: string;
  dataClass?: string;
  label: Record<string, string>;
}

export function addInstance(parent: Command, cli: Cli): void {
  parent
    .command('add')
    .description('protect a database')
    .argument('<instance>', 'a name of your choice')
    .requiredOption('--engine <engine>', 'postgres or files')
    .requiredOption('--home <region>', 'the region in which the database runs')
    .option('--policy <policy>', 'a policy of cbcr.yaml; may be left out when the selector of one matches')
    .option('--connection <connection>', connectionHelp)
    .option('--connection-file <path>', 'read the URL from a file here, which keeps its password off the command line')
    .option('--data-class <class>', 'for residency rules')
    .option('--label <key=value>', 'may be repeated', collectLabel, {})
    .action(async (id: string, { label, connection: value, connectionFile, ...options }: Options) => {
      const connection = await readSecretArgument({ option: '--connection', value, file: connectionFile }, cli.stdin);
      const request = parseInput(addInstanceRequestSchema, { id, ...options, connection, labels: label });
      const instance = await (await cli.connect()).addInstance(request);
      cli.out.result(instance, () => describeInstance(instance));
    });
}

function collectLabel(text: string, labels: Record<string, string>): Record<string, string> {
  const [key = '', ...rest] = text.split('=');
  if (key === '' || rest.length === 0) throw new InvalidArgumentError('A label is written key=value.');
  return { ...labels, [key]: rest.join('=') };
}
