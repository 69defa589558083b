import { describeDay } from '../describe-moment.ts';
import type { RetentionKind } from '../retention-kind.ts';

export const keepFor: RetentionKind = {
  effect: 'keep',
  open({ keep }, nowMs) {
    const length = keep?.for;
    if (length === undefined) return null;
    return ({ capturedAtMs }, say) => {
      const endMs = capturedAtMs + length.ms;
      const holds = nowMs < endMs;
      say(holds, endMs, holds ? `for ${length.text}, until ${describeDay(endMs)}` : `${length.text} ended ${describeDay(endMs)}`);
    };
  },
};
