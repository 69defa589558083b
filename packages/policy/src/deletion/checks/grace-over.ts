import { allow, type CheckAnswer, type DeletionCheck, deny } from '../deletion-check.ts';

export const graceOver: DeletionCheck = {
  rule: 'grace',
  ask({ purpose, stage, copy, graceMs, garbageWrittenAt, garbageIsEnding, now }) {
    if (purpose === 'residency') return allow('there is no grace for what may not be there');
    if (purpose === 'garbage' && garbageIsEnding) return allow('its grace was over when its deletion began, and nothing was written since');
    // An attempt that is thought dead may still be writing.
    if (purpose === 'garbage') return since(garbageWrittenAt, 'the store does not say when it was written');
    if (stage === 'planning') return allow('its grace begins when it is marked');
    return since(copy?.since ?? null, 'there is no such copy');

    function since(begin: Date | null, otherwise: string): CheckAnswer {
      if (begin === null) return deny(otherwise);
      const end = new Date(begin.getTime() + graceMs);
      return end <= now ? allow(`its grace ended at ${end.toISOString()}`) : deny(`its grace lasts until ${end.toISOString()}`);
    }
  },
};
