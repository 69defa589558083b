import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const lockDate: DeletionCheck = {
  rule: 'lock-date',
  ask({ lockedUntil, now }) {
    if (lockedUntil === null) return allow('the store does not lock it');
    const until = lockedUntil.toISOString();
    return lockedUntil > now ? deny(`the store locks it until ${until}`) : allow(`the lock of the store ended at ${until}`);
  },
};
