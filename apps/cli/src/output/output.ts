import { styleText } from 'node:util';
import type { ExitCode } from '@cbcr/domain';
import { describeFailure, describeProblem } from './failure.ts';
import { type ProgressLine, startProgressLine } from './progress-line.ts';
import { renderText, type Text } from './text.ts';

/** Where a command writes: results to standard output, everything about the work to standard error, so that results can be piped. */
export interface Output {
  readonly json: boolean;
  /** A result. With `--json` only `data` is written, as one document; otherwise the lines. */
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
  /** Says what went wrong and what to do, and gives the exit code. */
  failure(error: unknown): ExitCode;
  /** The text in a style where the terminal shows styles, and as it is elsewhere. For what is written with `say`. */
  style(style: TextStyle, text: string): string;
}

type TextStyle = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

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
    result: (data, describe) => (json ? document(data) : stdout.write(`${renderText(describe(), widthOf(stdout))}\n`)),
    say: (text) => json || line(renderText(text, widthOf(stderr))),
    warn: (text) => json || line(`${style('yellow', 'warning:')} ${text}`),
    progress: () => startProgressLine(json ? null : stderr, monotonicMs),
    failure(error) {
      const { code, message, hint, problems, reason, runbook, exitCode } = describeFailure(error);
      if (json) {
        document({
          error: { code, message, hint, ...(runbook && { runbook }), ...(reason && { reason }), ...(problems.length > 0 && { problems }) },
        });
        return exitCode;
      }
      for (const problem of problems) line(describeProblem(problem));
      line(`${style('red', 'error:')} ${message} ${style('dim', `[${code}]`)}`);
      if (hint !== '') line(`${style('bold', 'hint:')}  ${hint}`);
      if (runbook !== null) line(`${style('bold', 'more:')}  ${runbook}`);
      return exitCode;
    },
  };
}

const showsColours = (screen: Screen): boolean => screen.isTTY === true && screen.hasColors?.() === true;

/** A file or a pipe has no width: whoever reads it wants whole lines. */
const widthOf = ({ isTTY, columns }: Screen): number | undefined => (isTTY ? columns : undefined);
