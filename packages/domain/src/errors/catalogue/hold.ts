import type { ErrorEntry } from '../error-entry.ts';

/** Legal holds. */
export const holdErrors = {
  'hold.not-found': {
    sentence: 'There is no hold {hold}.',
    hint: 'See all: cbcr holds list --all',
    treatment: 'never',
    status: 404,
  },
  'hold.release-not-requested': {
    sentence: 'Nobody has asked for the release of {hold}.',
    hint: 'The first person asks with: cbcr holds release {hold} --reason TEXT. Another one approves then.',
    treatment: 'never',
    status: 409,
  },
  'hold.same-approver': {
    sentence: '{by} asked for the release of {hold} and cannot approve it as well.',
    hint: 'Another person approves, with a token of their own: cbcr holds release {hold} --approve',
    treatment: 'never',
    status: 403,
  },
} as const satisfies Record<string, ErrorEntry>;
