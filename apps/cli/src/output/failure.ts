import { ApiError } from '@cbcr/client';
import { CbcrError, type ErrorCode, type ErrorReport, type ExitCode, errorCatalogue, runbookOf } from '@cbcr/domain';

/** One of several things that are wrong with a file or a request; a place in a file where there is one. */
export interface ShownProblem {
  path: string;
  message: string;
  hint?: string | undefined;
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
}

export interface Failure {
  code: string;
  message: string;
  hint: string;
  problems: readonly ShownProblem[];
  /** What was done or found all the same; undefined: nothing. */
  result: unknown;
  /** The error behind this one, such as that of a run that was waited for. */
  reason: ErrorReport | null;
  /** Where operators read on. */
  runbook: string | null;
  exitCode: ExitCode;
}

/** Whatever was thrown, as a person or a program is told of it. */
export function describeFailure(error: unknown): Failure {
  const known = error instanceof ApiError || error instanceof CbcrError ? error : explainUnexpected(error);
  const { code, message, hint, exitCode } = known;
  const reason = hasReason(known) ? known.reason : null;
  const problems = hasProblems(known) ? known.problems : [];
  const result = 'result' in known ? known.result : undefined;
  return { code, message, hint, exitCode, problems, reason, result, runbook: findRunbook(reason?.code ?? code) };
}

/** A defect, or an answer that this version does not understand: a run's words about it ("is tried again") would be wrong here. */
function explainUnexpected(error: unknown): CbcrError {
  const cause = error instanceof Error ? error.message : String(error);
  return new CbcrError('cli.unexpected', { cause: cause.replace(/\.$/, '') }, { cause: error });
}

/** A newer scheduler may know codes that this version does not. */
const isKnownCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code);
const findRunbook = (code: string): string | null => (isKnownCode(code) ? runbookOf(code).link : null);

const hasReason = (error: object): error is { reason: ErrorReport | null } => 'reason' in error;
const hasProblems = (error: object): error is { problems: readonly ShownProblem[] } => 'problems' in error && Array.isArray(error.problems);

/** What is said already in the sentence of the failure is not said again above it. */
export const isNews = ({ file, message, hint }: ShownProblem, sentence: string): boolean =>
  file !== undefined || hint !== undefined || !sentence.includes(message);

/** `file:line:column path: what is wrong`, and its hint on a line of its own. */
export function describeProblem({ file, line, column, path, message, hint }: ShownProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const text = [place, path === '' ? '' : `${path}:`, message].filter((part) => part !== '').join(' ');
  return hint === undefined ? text : `${text}\n    ${hint}`;
}
