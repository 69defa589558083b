import { ApiError } from '@cbcr/client';
import { cliEnvironment, type ProcessEnvironment, readEnvironment } from '@cbcr/config';
import { CbcrError } from '@cbcr/domain';
import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import type { Composition } from './compose.ts';
import { findScheduler, openClient } from './connection.ts';
import { interruptedExitCode } from './exit-codes.ts';
import { createOutput, type OutputStreams, type ServerAddress } from './output/output.ts';
import { createProgram } from './program.ts';

export interface CliSurroundings extends OutputStreams {
  stdin: AsyncIterable<unknown>;
  /** Aborts when the person interrupts. */
  signal: AbortSignal;
  parts: Composition;
  currentFolder: string;
  /** For tests; the process's own when absent. */
  environment?: ProcessEnvironment;
}

/** Runs one command line (without the program's name) and gives the exit code. Never throws. */
export async function runCli(words: readonly string[], surroundings: CliSurroundings): Promise<number> {
  const { stdout, stderr, stdin, signal, parts, currentFolder, environment } = surroundings;
  const { clock } = parts;
  // Before the command line is understood: a mistake in it is told as JSON as well.
  const json = words.includes('--json');
  const out = createOutput({ stdout, stderr }, json, () => clock.monotonicMs());
  const cli: Cli = {
    ...{ out, clock, signal, stdin, parts, currentFolder },
    environment: () => readEnvironment(cliEnvironment, environment),
    stackName: () => program.opts<{ stack?: string }>().stack,
    async connect() {
      const { token, ...address } = findScheduler(cli);
      asked = address;
      return openClient(cli, { ...address, token });
    },
    server: () => {
      const { token: _token, ...address } = findScheduler(cli);
      return address;
    },
  };
  let asked: ServerAddress | undefined;
  const program = createProgram(cli, { stdout, stderr });
  try {
    await program.parseAsync(words, { from: 'user' });
    return signal.aborted ? interruptedExitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (signal.aborted) {
      out.failure(new CbcrError('cli.interrupted', {}));
      return interruptedExitCode;
    }
    if (error instanceof CommanderError) return out.failure(describeMistake(error));
    return out.failure(error, error instanceof ApiError && mayBeAnotherServers(error) ? asked : undefined);
  }
}

/** It did not answer, does not know the token, or does not know what was named: perhaps another scheduler was meant. */
const mayBeAnotherServers = ({ status }: ApiError): boolean => [0, 401, 403, 404].includes(status);

/** Commander writes `error: unknown command 'foo'` and, on a second line, `(Did you mean bar?)`. */
function describeMistake({ code, message }: CommanderError): CbcrError {
  const [, negative] = /unknown option '(-\d.*)'/.exec(message) ?? [];
  if (negative !== undefined) {
    return new CbcrError('usage.invalid', { cause: `'${negative}' begins with a dash: rates, sizes and counts are never negative` });
  }
  if (code === 'commander.help') return new CbcrError('usage.invalid', { cause: 'A command is missing' });
  const [what = '', suggestion = ''] = message.replace(/^error: /, '').split('\n');
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/\.$/, '');
  return new CbcrError('usage.invalid', { cause: suggestion === '' ? sentence : `${sentence} ${suggestion}` });
}
