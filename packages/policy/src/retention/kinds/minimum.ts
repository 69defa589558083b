import { describeDay } from '../describe-moment.ts';
import type { RetentionKind } from '../retention-kind.ts';

export const minimum: RetentionKind = {
  effect: 'minimum',
  open(rule, nowMs) {
    const length = rule.minimum;
    if (length === undefined) return null;
    return ({ capturedAtMs }, say) => {
      const endMs = capturedAtMs + length.ms;
      const holds = nowMs < endMs;
      say(holds, endMs, holds ? `minimum until ${describeDay(endMs)}` : `the minimum of ${length.text} ended ${describeDay(endMs)}`);
    };
  },
};
