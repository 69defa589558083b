import type { ErrorEntry } from '../error-entry.ts';

export const serviceErrors = {
  'config.invalid': {
    sentence: '{file} has {count} problem(s).',
    hint: 'Correct them all; nothing was changed.',
    treatment: 'never',
    status: 422,
  },
  'config.environment-invalid': {
    sentence: 'The environment is not complete: {cause}.',
    hint: 'Set the named variables; README lists them all.',
    treatment: 'never',
    status: 422,
  },
  'secret.unresolvable': {
    sentence: 'The secret {reference} cannot be resolved: {cause}.',
    hint: 'Set the variable or the file on the workers of the region that needs it.',
    treatment: 'never',
    status: 422,
  },
  'catalog.unreachable': {
    sentence: 'The catalog database does not answer: {cause}.',
    hint: 'Check CBCR_DATABASE_URL and that Postgres runs.',
    treatment: 'outage',
    status: 503,
  },
  'catalog.schema-mismatch': {
    sentence: 'The catalog has schema version {found}, this version of CBCR needs {wanted}.',
    hint: 'Run: cbcr migrate (with the newer of the two versions).',
    treatment: 'never',
    status: 503,
  },
  'queue.unreachable': {
    sentence: 'Redis does not answer: {cause}.',
    hint: 'Check CBCR_REDIS_URL. Nothing is lost: runs are kept in the catalog and enqueued when Redis is back.',
    treatment: 'outage',
    status: 503,
  },
  'api.unauthorised': {
    sentence: 'The token is missing, wrong or no longer valid.',
    hint: 'Set CBCR_TOKEN to the token that the scheduler has now; it may have been changed. Without CBCR_URL the local stack of this folder is used.',
    treatment: 'never',
    status: 401,
  },
  'api.origin-refused': {
    sentence: 'A page of {origin} may not change anything here.',
    hint: 'Open Bull Board at the address of the scheduler itself.',
    treatment: 'never',
    status: 403,
  },
  'api.route-unknown': {
    sentence: 'There is nothing at {method} {path}.',
    hint: 'See the description of the API at /openapi.json.',
    treatment: 'never',
    status: 404,
  },
  'api.unreachable': {
    sentence: 'The scheduler at {url} does not answer: {cause}.',
    hint: 'Set CBCR_URL, or start a local stack with: cbcr dev up',
    treatment: 'outage',
    status: 503,
  },
  'api.request-invalid': {
    sentence: 'The request is not valid: {cause}.',
    hint: 'See the description of the API at /openapi.json.',
    treatment: 'never',
    status: 400,
  },
  'usage.invalid': {
    sentence: '{cause}.',
    hint: 'See: cbcr --help',
    treatment: 'never',
    status: 400,
  },
  'stack.not-running': {
    sentence: 'There is no local stack in {folder}.',
    hint: 'Start one with: cbcr dev up',
    treatment: 'never',
    status: 404,
  },
  'stack.start-failed': {
    sentence: '{process} of the local stack did not start: {cause}.',
    hint: 'Look at its log: {log}',
    treatment: 'never',
    status: 500,
  },
  'stack.busy': {
    sentence: 'Another command is still working on this local stack.',
    hint: 'Wait for it to end. If none is running, remove {lock}.',
    treatment: 'never',
    status: 409,
  },
  'stack.program-missing': {
    sentence: '{program} is not installed.',
    hint: 'Run ./scripts/setup, which brings it.',
    treatment: 'never',
    status: 500,
  },
  'cli.unexpected': {
    sentence: 'Something unexpected happened: {cause}.',
    hint: 'Try again. If it repeats, report it as a defect with the command and its output.',
    treatment: 'attempt',
    status: 500,
  },
  'cli.interrupted': {
    sentence: 'Interrupted.',
    hint: 'Runs that were started go on: cbcr runs list',
    treatment: 'cancel',
    status: 409,
  },
  'cli.wait-expired': {
    sentence: 'Waited {seconds} s in vain: {cause}.',
    hint: 'See what is going on with: cbcr runs list, cbcr regions list',
    treatment: 'never',
    status: 500,
  },
  'restore.differs': {
    sentence: 'The restored database is not what it should be: {cause}.',
    hint: 'Do not use it. Keep both databases and the recovery point, and report it as a defect.',
    treatment: 'never',
    status: 500,
  },
} as const satisfies Record<string, ErrorEntry>;
