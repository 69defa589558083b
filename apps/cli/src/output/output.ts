import { styleText } from 'node:util';
import type { ExitCode } from '@cbcr/domain';
import { describeFailure, describeProblem, isNews } from './failure.ts';
import { type ProgressLine, startProgressLine } from './progress-line.ts';
import { listEmptyTables, renderText, type Text } from './text.ts';

/** Where a command writes: results to standard output, everything about the work to standard error, so that results can be piped. */
export interface Output {
  readonly json: boolean;
  /** A result. With `--json` only `data` is written, as one document; otherwise the lines, and that there is nothing where a table is empty. */
  result(data: unknown, describe: () => Text): void;
  /** What comes bit by bit, such as a log: to standard output as it is. */
  write(text: string): void;
  /** Whether standard output shows colours. */
  readonly colours: boolean;
  /** Something to know on the way; silent with `--json`. */
  say(text: Text): void;
  warn(text: string): void;
  /** One line that is redrawn on a terminal, and written at most once a second elsewhere; silent with `--json`. */
  progress(): ProgressLine;
  /** Says what went wrong and what to do, and gives the exit code. `server` is the one that answered, or did not, where that matters. */
  failure(error: unknown, server?: ServerAddress): ExitCode;
  /** The text in a style where the terminal shows styles, and as it is elsewhere. For what is written with `say`. */
  style(style: TextStyle, text: string): string;
}

type TextStyle = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Which scheduler is talked to, and who named it: two stacks on one machine are easily taken for each other. */
export interface ServerAddress {
  url: string;
  /** `CBCR_URL`, or a local stack. */
  namedBy: string;
}

interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  /** Respects NO_COLOR. */
  hasColors?(): boolean;
}

export interface OutputStreams {
  stdout: Screen;
  stderr: Screen;
}

export function createOutput({ stdout, stderr }: OutputStreams, json: boolean, monotonicMs: () => number): Output {
  const line = (text: string) => stderr.write(`${text}\n`);
  const document = (data: unknown) => stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  const style = (name: TextStyle, text: string) => (showsColours(stderr) ? styleText(name, text, { validateStream: false }) : text);
  return {
    json,
    style,
    colours: showsColours(stdout),
    write: (text) => stdout.write(text),
    result(data, describe) {
      if (json) return void document(data);
      const text = describe();
      stdout.write(`${renderText(text, widthOf(stdout))}\n`);
      for (const { none = 'nothing to list' } of listEmptyTables(text)) line(none);
    },
    say: (text) => json || line(renderText(text, widthOf(stderr))),
    warn: (text) => json || line(`${style('yellow', 'warning:')} ${text}`),
    progress: () => startProgressLine(json ? null : stderr, monotonicMs),
    failure(error, server) {
      const { code, message, hint, problems, reason, result, runbook, exitCode } = describeFailure(error);
      if (json) {
        const more = {
          ...(runbook && { runbook }),
          ...(reason && { reason }),
          ...(problems.length > 0 && { problems }),
          ...(server && { server }),
        };
        document({ error: { code, message, hint, ...more }, ...(result !== undefined && { result }) });
        return exitCode;
      }
      for (const problem of problems) if (isNews(problem, message)) line(describeProblem(problem));
      line(`${style('red', 'error:')} ${message} ${style('dim', `[${code}]`)}`);
      if (hint !== '') line(`${style('bold', 'hint:')}  ${hint}`);
      if (server !== undefined) line(`${style('bold', 'asked:')} ${describeServer(server)}`);
      if (runbook !== null) line(`${style('bold', 'more:')}  ${runbook}`);
      return exitCode;
    },
  };
}

/** `http://127.0.0.1:8420 (the local stack default in /home/me/.cbcr)`. */
export const describeServer = ({ url, namedBy }: ServerAddress): string => `${url} (${namedBy})`;

const showsColours = (screen: Screen): boolean => screen.isTTY === true && screen.hasColors?.() === true;

/** A file or a pipe has no width: whoever reads it wants whole lines. */
const widthOf = ({ isTTY, columns }: Screen): number | undefined => (isTTY ? columns : undefined);
