import type { EarlierRulebook, Rulebook } from '@cbcr/domain';

/** An earlier version that still keeps what it kept, and until when. */
export interface CoolingVersion extends EarlierRulebook {
  readonly untilMs: number;
}

/**
 * The versions whose cooling-off is not over, newest first. The longer of what the version said itself and what is said now counts: a change that
 * shortens the cooling-off cannot shorten its own.
 */
export function findCoolingVersions(rulebook: Rulebook, earlier: readonly EarlierRulebook[], nowMs: number): CoolingVersion[] {
  return earlier
    .map((version): CoolingVersion => {
      const coolingOffMs = Math.max(version.rulebook.retention.coolingOff.ms, rulebook.retention.coolingOff.ms);
      return { ...version, untilMs: version.endedAt.getTime() + coolingOffMs };
    })
    .filter(({ untilMs }) => nowMs < untilMs)
    .sort((a, b) => b.version - a.version);
}
