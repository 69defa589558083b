import { describeDay } from '../describe-moment.ts';
import type { RetentionKind } from '../retention-kind.ts';

export const maximum: RetentionKind = {
  effect: 'maximum',
  open(rule, nowMs) {
    const length = rule.maximum;
    if (length === undefined) return null;
    return ({ capturedAtMs }, say) => {
      const endMs = capturedAtMs + length.ms;
      say(nowMs < endMs, endMs, `the maximum of ${length.text} ended ${describeDay(endMs)}`);
    };
  },
};
