import type { Reason, RecoveryPointId, RegionId } from '@cbcr/domain';

/** What the rules say about one copy at one moment. */
export interface CopyVerdict {
  readonly point: RecoveryPointId;
  readonly region: RegionId;
  readonly verdict: 'keep' | 'expire';
  /**
   * All of them, never none. `rule` is the id of the rule of the rulebook, `policy` for what its policies say, or `hold`, `hold-released`,
   * `future`, `no-rule`, `region-not-listed`, `cooling-off`.
   */
  readonly reasons: readonly Reason[];
  /** The first moment at which it would expire if nothing else happened; null: no such moment is known. Of a copy that expires: now. */
  readonly expiresAt: Date | null;
  /** What somebody should look into: a hold keeps the copy longer than it may be kept. */
  readonly finding?: Reason;
}
