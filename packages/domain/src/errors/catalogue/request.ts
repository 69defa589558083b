import type { ErrorEntry } from '../error-entry.ts';

/** Requests of other services, over the API or through a queue. */
export const requestErrors = {
  'request.invalid': {
    sentence: 'The request {request} is not valid: {cause}.',
    hint: 'Correct the producer; docs/producers.md shows what a request holds. The same request id may be used again.',
    treatment: 'never',
    status: 400,
  },
  'request.target-not-reference': {
    sentence: 'The request {request} names its target with something else than a reference, which a queue must not hold.',
    hint: 'Name the target as env:NAME or file:/PATH, which the workers resolve, or ask over HTTP, where a URL is sealed.',
    treatment: 'never',
    status: 400,
  },
  'request.wrong-queue': {
    sentence: 'The request {request} stood in the queue of {kind} in {region}; it belongs into that of {wanted}.',
    hint: 'Backups are asked for in the home region of the instance, everything else where the data arrive or lie.',
    treatment: 'never',
    status: 400,
  },
  'request.reused': {
    sentence: 'The request {request} was made before, for something else: run {run}.',
    hint: 'Use a new request id or idempotency key for everything new; the same one is for asking again.',
    treatment: 'never',
    status: 409,
  },
  'request.refused': {
    sentence: 'The request {request} was refused: {cause}',
    hint: 'Nothing was started. Once the reason is gone, the same request id may be used again.',
    treatment: 'never',
    status: 409,
  },
  'request.unanswered': {
    sentence: 'No worker of {region} answered the request {request} within {seconds} s.',
    hint: 'Look whether workers of the region run: cbcr regions list. The request waits in the queue; asking again is harmless.',
    treatment: 'never',
    status: 503,
  },
} as const satisfies Record<string, ErrorEntry>;
