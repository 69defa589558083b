import { localTimeIn } from '../local-time.ts';
import { periodLengths } from '../periods.ts';
import type { RetentionKind } from '../retention-kind.ts';

/**
 * The newest point of each of the newest so many hours, days, weeks, months, years that have points. It counts periods with points, not those of the
 * calendar: while no point comes, none goes.
 */
export const keepGfs: RetentionKind = {
  effect: 'keep',
  open({ keep }) {
    const gfs = keep?.gfs;
    if (gfs === undefined) return null;
    const tiers = periodLengths.flatMap((length) => {
      const count = gfs[length.name];
      return count === undefined ? [] : [{ length, count, seen: new Set<number>() }];
    });
    const kept = tiers.map(({ length, count }) => `${length.name} ${count}`).join(', ');
    const localTime = localTimeIn(gfs.timeZone);
    return ({ capturedAtMs, counts }, say) => {
      const time = localTime(capturedAtMs);
      let isKept = false;
      for (const { length, count, seen } of tiers) {
        // Once they are all taken, whatever is older is in one of them and not its newest, or in none.
        if (seen.size >= count) continue;
        const key = length.keyOf(time);
        if (seen.has(key)) continue;
        say(true, Infinity, `${length.name}-${seen.size + 1} (${length.labelOf(time)})`);
        isKept = true;
        if (counts) seen.add(key);
      }
      if (!isKept) say(false, Infinity, `none of ${kept} (${gfs.timeZone})`);
    };
  },
};
