import { ApiError, type ApiProblem } from '@cbcr/client';
import { CbcrError, type ExitCode, toCbcrError } from '@cbcr/domain';
import { type ProgressLine, startProgressLine } from './progress-line.ts';

/** Where a command writes: results to standard output, everything about the work to standard error, so that results can be piped. */
export interface Output {
  readonly json: boolean;
  /** A result. With `--json` only `data` is written, as one document; otherwise the lines. */
  result(data: unknown, describe: () => string): void;
  /** Something to know on the way; silent with `--json`. */
  say(text: string): void;
  warn(text: string): void;
  /** One line that is redrawn on a terminal, and written at most once a second elsewhere; silent with `--json`. */
  progress(): ProgressLine;
  /** Says what went wrong and what to do, and gives the exit code. */
  failure(error: unknown): ExitCode;
}

export interface OutputStreams {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown; isTTY?: boolean };
}

export function createOutput({ stdout, stderr }: OutputStreams, json: boolean, monotonicMs: () => number): Output {
  const line = (text: string) => stderr.write(`${text}\n`);
  return {
    json,
    result: (data, describe) => stdout.write(`${json ? JSON.stringify(data, null, 2) : describe()}\n`),
    say: (text) => json || line(text),
    warn: (text) => json || line(`warning: ${text}`),
    progress: () => startProgressLine(json ? null : stderr, monotonicMs),
    failure(error) {
      const known = describeFailure(error);
      const { code, message, hint, problems, exitCode } = known;
      if (json) {
        stdout.write(`${JSON.stringify({ error: { code, message, hint, ...(problems.length > 0 && { problems }) } }, null, 2)}\n`);
        return exitCode;
      }
      for (const problem of problems) line(describeProblem(problem));
      line(`error: ${message} [${code}]`);
      if (hint !== '') line(`hint:  ${hint}`);
      return exitCode;
    },
  };
}

interface Failure {
  code: string;
  message: string;
  hint: string;
  problems: readonly ApiProblem[];
  exitCode: ExitCode;
}

function describeFailure(error: unknown): Failure {
  if (error instanceof ApiError) return error;
  const known: CbcrError & { problems?: unknown } = toCbcrError(error);
  const problems = Array.isArray(known.problems) ? (known.problems as ApiProblem[]) : [];
  return { ...known.toReport(), problems, exitCode: known.exitCode };
}

function describeProblem(problem: ApiProblem & { file?: string; column?: number }): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const text = [place, problem.path === '' ? '' : `${problem.path}:`, problem.message].filter((part) => part !== '').join(' ');
  return problem.hint === undefined ? text : `${text}\n    ${problem.hint}`;
}
