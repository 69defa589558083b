import { describeDay } from '../describe-moment.ts';
import type { RetentionKind } from '../retention-kind.ts';

/** Keeps one point older than the window, or its oldest moments could not be restored. */
export const keepWindow: RetentionKind = {
  effect: 'keep',
  open({ keep }, nowMs) {
    const window = keep?.window;
    if (window === undefined) return null;
    /** Of the next newer point that counts: once it leaves the window, a window begins with it or later. */
    let nextMs = Infinity;
    return ({ capturedAtMs, counts }, say) => {
      const untilMs = nextMs + window.ms;
      if (nowMs < capturedAtMs + window.ms) say(true, untilMs, `window of ${window.text}`);
      else if (nowMs < untilMs) say(true, untilMs, `begins the window of ${window.text}`);
      else say(false, untilMs, `a newer point begins the window of ${window.text} since ${describeDay(untilMs)}`);
      if (counts) nextMs = capturedAtMs;
    };
  },
};
