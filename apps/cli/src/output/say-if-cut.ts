import type { Output } from './output.ts';

/** A list that is as long as it may be has most likely a rest. */
export function sayIfCut(out: Output, shown: number, limit: number, more = 'more with --limit'): void {
  if (shown >= limit) out.say(`only the newest ${shown} are shown; ${more}`);
}
