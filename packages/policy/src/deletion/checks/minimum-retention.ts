import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

/** Where the data may not be, no minimum keeps it: its legal copies are verified before it goes. */
export const minimumRetention: DeletionCheck = {
  rule: 'minimum-retention',
  ask({ purpose, minimumUntil, now }) {
    if (purpose === 'garbage') return allow('an attempt that died is not retained');
    if (purpose === 'residency') return allow('a minimum of retention is kept elsewhere, where the data may be');
    if (minimumUntil === null) return allow('no minimum of retention applies');
    const until = minimumUntil.toISOString();
    return minimumUntil > now ? deny(`it is kept until ${until} at least`) : allow(`the minimum of retention ended at ${until}`);
  },
};
