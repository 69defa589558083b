import type { ErrorEntry } from '../error-entry.ts';

export const complianceErrors = {
  'compliance.violated': {
    sentence: 'The chosen frameworks find {critical} critical, {major} major and {minor} minor violations.',
    hint: 'Each finding says how to mend it: cbcr compliance check',
    treatment: 'never',
    status: 500,
  },
} as const satisfies Record<string, ErrorEntry>;
