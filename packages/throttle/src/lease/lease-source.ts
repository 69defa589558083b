import type { Link } from '../limits/limits.ts';

/**
 * `unlimited` no limit holds for this link now
 * `wait`      nothing can be had now (a pause, or a queue that is too long to promise a time): ask again in `retryAfterMs`
 * `lease`     `bytes` may be moved from `startMs` on, evenly over `durationMs`
 */
export type LeaseAnswer =
  | { readonly kind: 'unlimited' }
  | { readonly kind: 'wait'; readonly paused: boolean; readonly retryAfterMs: number }
  | Lease;

export interface Lease {
  readonly kind: 'lease';
  readonly bytes: number;
  /** On `Clock.monotonicMs` of this process. */
  readonly startMs: number;
  readonly durationMs: number;
  /** The largest lease that could have been had; how finely bytes should be cut follows from it. */
  readonly quantumBytes: number;
}

/** Who grants bytes. Never rejects: a source that cannot ask answers from what it last knew. */
export interface LeaseSource {
  /** `wantBytes`: how much is waiting or soon will be; no lease is larger. */
  request(link: Link, wantBytes: number): Promise<LeaseAnswer>;
}
