import type { HeldCopy, HeldPoint, RetentionRule } from '@cbcr/domain';

/** One copy of the line that a rule looks along. */
export interface LineCopy {
  readonly point: HeldPoint;
  readonly copy: HeldCopy;
  readonly capturedAtMs: number;
  /**
   * Whether it takes a place among the last, or in a period: complete, verified, and not from the future. One that does not is judged as if
   * it did, and takes nobody's place: a copy that is verified anew must not be lost meanwhile.
   */
  readonly counts: boolean;
}

/** What a rule says about a copy: whether it holds now, until when (milliseconds; Infinity: no such moment is known), and why, for people. */
export type Say = (holds: boolean, untilMs: number, text: string) => void;

/**
 * A way in which a rule can speak of copies. `keep`: kept while it holds. `minimum`: the same, and by itself it makes nothing expire.
 * `maximum`: must be gone as soon as it holds no longer.
 */
export interface RetentionKind {
  readonly effect: 'keep' | 'minimum' | 'maximum';
  /** Null when the rule does not speak in this way. Otherwise it is asked about every copy of an instance in a region, newest capture first. */
  open(rule: RetentionRule, nowMs: number): ((copy: LineCopy, say: Say) => void) | null;
}
