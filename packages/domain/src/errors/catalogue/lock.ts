import type { ErrorEntry } from '../error-entry.ts';

/** Locks of stores. */
export const lockErrors = {
  'lock.compliance': {
    sentence: 'The copy of {point} in {region} is locked in compliance mode until {until}: nobody can lift that, whatever their rights.',
    hint: 'Wait until then. For what comes later, change the lock of the policy.',
    treatment: 'never',
    status: 409,
  },
  'lock.no-length': {
    sentence: 'The policies of {instance} demand a lock of copies in {regions}, and nothing says how long.',
    hint: 'Give the lock a length (lock: for), or its retention a keepFor, a window or a minimum.',
    treatment: 'never',
    status: 422,
  },
  'lock.none': {
    sentence: 'No lock is recorded for the copy of {point} in {region}.',
    hint: 'See what is known of the copy: cbcr points show {point}',
    treatment: 'never',
    status: 409,
  },
  'lock.unsupported': {
    sentence: 'The policy demands a lock for copies in {region}, and its store cannot lock objects.',
    hint: 'Use a bucket with object lock for {region}, or take the lock out of the policy.',
    treatment: 'never',
    status: 409,
  },
} as const satisfies Record<string, ErrorEntry>;
