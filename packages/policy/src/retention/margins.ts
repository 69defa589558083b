import type { EarlierRulebook, Rulebook } from '@cbcr/domain';

/** What stands between a decision that something may go and its end. */
export interface Margins {
  readonly graceMs: number;
  readonly bulkShare: number;
  readonly releaseGraceMs: number;
  readonly releaseNeedsApproval: boolean;
  /** So long an instance that was retired is treated as live where its last good point is concerned. */
  readonly coolingOffMs: number;
}

/**
 * Of the version in force and of all that are cooling off, the most careful: a margin that somebody takes away is there until the cooling-off of the version that
 * had it is over, like everything that the rules keep.
 */
export function marginsOf(rulebook: Rulebook, earlier: readonly EarlierRulebook[], now: Date): Margins {
  const cooling = earlier.filter(
    ({ rulebook: { retention }, endedAt }) =>
      now.getTime() < endedAt.getTime() + Math.max(retention.coolingOff.ms, rulebook.retention.coolingOff.ms),
  );
  const sections = [rulebook, ...cooling.map((version) => version.rulebook)].map(({ retention }) => retention);
  return {
    graceMs: Math.max(...sections.map(({ grace }) => grace.ms)),
    bulkShare: Math.min(...sections.map(({ bulkShare }) => bulkShare)),
    releaseGraceMs: Math.max(...sections.map(({ releaseGrace }) => releaseGrace.ms)),
    releaseNeedsApproval: sections.some(({ releaseNeedsApproval }) => releaseNeedsApproval),
    coolingOffMs: Math.max(...sections.map(({ coolingOff }) => coolingOff.ms)),
  };
}
