import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { commandGroups, topCommands } from './commands/index.ts';
import type { OutputStreams } from './output/output.ts';

const exitCodes = `
Exit codes:
  0    it worked
  1    something unexpected happened
  2    bad input: the command line, a file, the environment
  3    what was named does not exist
  4    refused: not allowed, or in conflict with the present state
  5    something that is needed does not answer
  6    the work itself failed, such as a run that was waited for
  130  interrupted

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
    .addHelpText('after', exitCodes);
  for (const define of topCommands) define(program, cli);
  for (const { name, about, commands } of commandGroups) {
    const group = program.command(name).description(about);
    for (const define of commands) define(group, cli);
  }
  return program;
}
