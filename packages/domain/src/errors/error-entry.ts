/**
 * What happens to a run that meets the error:
 * `never`   bad input, a refusal or a corrupt object: the run fails at once, a retry would not help
 * `attempt` a defect or an unexplained failure: burns one of the run's attempts, then fails
 * `outage`  something that the run needs is away: the run waits and costs no attempt
 * `cancel`  somebody asked for it: the run ends as cancelled
 * `lost`    this worker no longer owns the run: it stops and writes nothing
 */
export type Treatment = 'never' | 'attempt' | 'outage' | 'cancel' | 'lost';

/** One entry of the error catalogue. `sentence` may name facts in braces, such as `{region}`; every fact must be safe to show. */
export interface ErrorEntry {
  readonly sentence: string;
  readonly hint: string;
  readonly treatment: Treatment;
  /** HTTP status of the API when the error ends a request. */
  readonly status: 400 | 401 | 403 | 404 | 409 | 422 | 500 | 503;
}

/** Exit codes of the CLI, documented in its help: 1 unexpected, 2 bad input, 3 not found, 4 refused, 5 unavailable, 6 the work failed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export function exitCodeOf(entry: ErrorEntry): ExitCode {
  switch (entry.status) {
    case 400:
    case 422:
      return 2;
    case 404:
      return 3;
    case 401:
    case 403:
    case 409:
      return 4;
    case 503:
      return 5;
    case 500:
      return entry.treatment === 'attempt' ? 1 : 6;
  }
}
