import { type ErrorCode, type ExitCode, errorCatalogue, exitCodeOf } from '@cbcr/domain';
import { z } from 'zod';

const problemSchema = z.object({
  path: z.string(),
  message: z.string(),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  hint: z.string().optional(),
});
/** One of several things that are wrong with a request or a file. */
export type ApiProblem = z.infer<typeof problemSchema>;

/** The body of every response that is not a success. */
export const apiErrorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    problems: z.array(problemSchema).optional(),
  }),
});

/** An error that the scheduler answered with, or `api.unreachable` when it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly hint: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly problems: readonly ApiProblem[];

  constructor(status: number, body: z.infer<typeof apiErrorSchema>['error'], options?: { cause?: unknown }) {
    super(body.message, options);
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.problems = body.problems ?? [];
  }

  get exitCode(): ExitCode {
    return this.code in errorCatalogue ? exitCodeOf(errorCatalogue[this.code as ErrorCode]) : 1;
  }
}
