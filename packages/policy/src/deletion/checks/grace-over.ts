import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const graceOver: DeletionCheck = {
  rule: 'grace',
  ask({ purpose, stage, copy, graceMs, now }) {
    if (purpose === 'garbage' || purpose === 'residency') return allow('there is no grace for what may not or need not be there');
    if (stage === 'planning') return allow('its grace begins when it is marked');
    if (copy === null) return deny('there is no such copy');
    const end = new Date(copy.since.getTime() + graceMs);
    return end <= now ? allow(`its grace ended at ${end.toISOString()}`) : deny(`its grace lasts until ${end.toISOString()}`);
  },
};
