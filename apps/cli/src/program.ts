import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { commandGroups, topCommands } from './commands/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { OutputStreams } from './output/output.ts';

const closing = `
Exit codes:
${exitCodes.map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`).join('\n')}

Where the scheduler is:
  CBCR_URL and CBCR_TOKEN (or CBCR_TOKEN_FILE); without them, the local stack of this folder or of one above it.`;

/** The command line's definition. It writes nothing itself except help. */
export function createProgram(cli: Cli, { stdout, stderr }: Pick<OutputStreams, 'stdout' | 'stderr'>): Command {
  const program = new Command('cbcr')
    .description('Continuous Backup, Continuous Restore: one capture, verified copies in every region that the policy demands.')
    .option('--json', 'write one JSON document to standard output instead of text')
    .option('--stack <name>', 'the local stack to talk to when there are several')
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Told by runCli, like every other error.
      outputError: () => undefined,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', closing);
  for (const define of topCommands) define(program, cli);
  for (const { name, about, commands } of commandGroups) {
    const group = program.command(name).description(about);
    for (const define of commands) define(group, cli);
  }
  return program;
}
