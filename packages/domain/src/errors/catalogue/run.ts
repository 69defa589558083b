import type { ErrorEntry } from '../error-entry.ts';

export const runErrors = {
  'run.cancelled': {
    sentence: 'The run was cancelled by {by}.',
    hint: 'Start it again when you want its result.',
    treatment: 'cancel',
    status: 409,
  },
  'run.lost': {
    sentence: 'This worker no longer owns run {run}: another attempt has taken over.',
    hint: 'Nothing to do. The newer attempt continues.',
    treatment: 'lost',
    status: 409,
  },
  'run.handed-back': {
    sentence: 'The worker is stopping and hands run {run} back.',
    hint: 'Nothing to do. Another worker continues.',
    treatment: 'outage',
    status: 503,
  },
  'run.stop-overdue': {
    sentence: 'The worker was told to stop and had not wound up its runs after {seconds} s: it leaves them.',
    hint: 'Nothing is lost: another worker takes the runs over within a minute. If it repeats, give the worker more time (CBCR_SHUTDOWN_SECONDS).',
    treatment: 'outage',
    status: 503,
  },
  'run.payload-invalid': {
    sentence: 'The job {job} cannot be read: {cause}.',
    hint: 'The producer sent something that this version does not understand. Upgrade the older side.',
    treatment: 'never',
    status: 400,
  },
  'run.not-found': {
    sentence: 'There is no run {run}.',
    hint: 'List the runs with: cbcr runs list',
    treatment: 'never',
    status: 404,
  },
  'run.finished': {
    sentence: 'Run {run} has already ended as {state}.',
    hint: 'Nothing to cancel.',
    treatment: 'never',
    status: 409,
  },
  'run.wait-expired': {
    sentence: 'Run {run} had not ended after {seconds} s; it is {state}.',
    hint: 'It goes on. Wait for it again, or cancel it.',
    treatment: 'never',
    status: 503,
  },
  'run.failed': {
    sentence: 'Run {run} failed: {cause}',
    hint: 'See the run with: cbcr runs show {run}',
    treatment: 'never',
    status: 500,
  },
  'run.without-result': {
    sentence: 'Run {run} has no result of the kind that is needed: {cause}.',
    hint: 'Wait for its end, or start another one. See it with: cbcr runs show {run}',
    treatment: 'never',
    status: 409,
  },
  'run.transition-refused': {
    sentence: 'The catalog refused to change {what} from {from} to {to}.',
    hint: 'Two writers disagree about the state; the later one gives way. If it repeats, report it as a defect.',
    treatment: 'attempt',
    status: 409,
  },
  'run.no-progress': {
    sentence: 'Run {run} was given up: {deaths} workers in a row died on it without any progress.',
    hint: 'Something in the run kills its worker, most often a lack of memory. Look at the workers of its region, then start it again.',
    treatment: 'never',
    status: 500,
  },
  'run.handlers-mismatched': {
    sentence: 'The worker cannot start, kinds and handlers do not match: {cause}.',
    hint: 'Every job kind needs exactly one handler under its own name.',
    treatment: 'never',
    status: 500,
  },
  'run.unexpected': {
    sentence: 'Something unexpected happened: {cause}.',
    hint: 'The run is tried again. If it repeats, report it as a defect with the log of the run.',
    treatment: 'attempt',
    status: 500,
  },
} as const satisfies Record<string, ErrorEntry>;
