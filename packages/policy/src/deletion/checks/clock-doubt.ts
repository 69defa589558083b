import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

/** Nearly every answer of the gate compares moments, also that of an exception that ends or a lock that ended. */
export const clockDoubt: DeletionCheck = {
  rule: 'clock-doubt',
  ask: ({ clockDoubt: doubt }) => (doubt === null ? allow('the time is not in doubt') : deny(doubt.text)),
};
