import type { RetentionKind } from '../retention-kind.ts';

export const keepLast: RetentionKind = {
  effect: 'keep',
  open({ keep }) {
    const last = keep?.last;
    if (last === undefined) return null;
    let newer = 0;
    return ({ counts }, say) => {
      if (newer < last) say(true, Infinity, `last-${newer + 1}`);
      else say(false, Infinity, `not of the last ${last}`);
      if (counts) newer += 1;
    };
  },
};
