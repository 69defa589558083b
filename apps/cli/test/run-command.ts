import { Readable } from 'node:stream';
import { compose } from '../src/compose.ts';
import { runCli } from '../src/run-cli.ts';

export interface CommandEnd {
  exitCode: number;
  stdout: string;
  stderr: string;
}

interface Circumstances {
  environment?: Record<string, string>;
  stdin?: string;
  currentFolder?: string;
  signal?: AbortSignal;
}

/** Runs one command line in this process, away from any local stack, and gives what it wrote. */
export async function runCommand(words: readonly string[], circumstances: Circumstances = {}): Promise<CommandEnd> {
  const { environment = {}, stdin = '', currentFolder = '/', signal = new AbortController().signal } = circumstances;
  const written = { stdout: '', stderr: '' };
  const collect = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const exitCode = await runCli(words, {
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    stdin: Readable.from([stdin]),
    ...{ environment, currentFolder, signal, parts: compose() },
  });
  return { exitCode, ...written };
}
