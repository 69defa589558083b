import type { ErrorReport } from '../run.ts';
import { type ErrorCode, errorCatalogue } from './catalogue/index.ts';
import { type ErrorEntry, type ExitCode, exitCodeOf, type Treatment } from './error-entry.ts';

/** Names between braces in a sentence or hint. */
type FactNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | FactNames<Rest> : never;
type Entries = typeof errorCatalogue;
/** The facts that a code's sentence and hint need; the compiler refuses an omission. */
export type FactsOf<Code extends ErrorCode> = {
  [Name in FactNames<Entries[Code]['sentence']> | FactNames<Entries[Code]['hint']>]: string | number;
};

const fill = (text: string, facts: Record<string, string | number>) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));

/** The only error that crosses a package's edge. Facts must never hold a secret: they reach logs, the API and the catalog. */
export class CbcrError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CbcrError';
  readonly code: Code;
  readonly hint: string;
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(code: Code, facts: FactsOf<Code>, options?: { cause?: unknown }) {
    super(fill(errorCatalogue[code].sentence, facts), options);
    this.code = code;
    this.facts = facts;
    this.hint = fill(errorCatalogue[code].hint, facts);
  }

  get entry(): ErrorEntry {
    return errorCatalogue[this.code];
  }
  get treatment(): Treatment {
    return this.entry.treatment;
  }
  get exitCode(): ExitCode {
    return exitCodeOf(this.entry);
  }
  toReport(): ErrorReport {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

export function isCbcrError<Code extends ErrorCode>(error: unknown, code?: Code): error is CbcrError<Code> {
  return error instanceof CbcrError && (code === undefined || error.code === code);
}

/** Wraps whatever was thrown, so that callers handle one kind of error. An unknown error keeps its message and becomes `run.unexpected`. */
export function toCbcrError(error: unknown): CbcrError {
  if (error instanceof CbcrError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new CbcrError('run.unexpected', { cause }, { cause: error });
}
