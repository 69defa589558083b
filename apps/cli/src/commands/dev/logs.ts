import { Writable } from 'node:stream';
import { CbcrError } from '@cbcr/domain';
import type { StackStatus } from '@cbcr/testkit';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { chooseStack, nameOption } from '../../local-stack/choose-stack.ts';
import { createLogFollower, type LogFile, type LogLine, readLastLines } from '../../local-stack/read-logs.ts';
import { parseCount } from '../../parse-input.ts';

const pollMs = 250;

interface Options {
  name?: string;
  follow?: true;
  lines: number;
}

export function showLogs(parent: Command, cli: Cli): void {
  parent
    .command('logs')
    .description('show the logs of a local stack readably: the scheduler and the workers, or one process')
    .argument('[process]', 'a name that cbcr dev status shows')
    .option('--follow', 'go on until interrupted; with --json, one document per line')
    .option('--lines <count>', 'how many of the last lines', parseCount, 100)
    .option(...nameOption)
    .action(async (process: string | undefined, { name, follow, lines }: Options) => {
      const files = chooseLogs((await chooseStack(cli, { name })).status(), process);
      const newLines = createLogFollower(files);
      const last = readLastLines(files, lines);
      if (cli.out.json && follow !== true) return cli.out.result(last, () => '');
      const write = cli.out.json ? writeJson(cli) : await writeReadably(cli);
      write(last);
      while (follow === true && !cli.signal.aborted) {
        // Interrupting is how this ends, and no failure.
        await cli.clock.sleep(pollMs, { signal: cli.signal }).catch(() => undefined);
        write(newLines());
      }
    });
}

function chooseLogs({ folder, processes }: StackStatus, wanted: string | undefined): LogFile[] {
  if (processes.length === 0) throw new CbcrError('stack.not-running', { folder });
  const chosen = processes.filter(({ name, kind }) => (wanted === undefined ? kind === 'scheduler' || kind === 'worker' : name === wanted));
  if (chosen.length === 0) {
    const known = processes.map(({ name }) => name).join(', ');
    throw new CbcrError('usage.invalid', { cause: `The stack has no process ${wanted}; it has ${known}` });
  }
  return chosen.flatMap(({ name, logFile }) => (logFile === null ? [] : [{ process: name, file: logFile }]));
}

const writeJson =
  ({ out }: Cli) =>
  (lines: readonly LogLine[]) => {
    for (const line of lines) out.write(`${JSON.stringify(line)}\n`);
  };

/** Our services say in every line who they are; for others it is put in front. */
async function writeReadably({ out }: Cli): Promise<(lines: readonly LogLine[]) => void> {
  const { createReadableLog } = await import('@cbcr/telemetry');
  const destination = new Writable({
    write(chunk, _encoding, done) {
      out.write(String(chunk));
      done();
    },
  });
  const readable = createReadableLog({ destination, color: out.colours });
  return (lines) => {
    for (const { process, line } of lines) readable.write(`${line.startsWith('{') ? '' : `${process}: `}${line}\n`);
  };
}
