import type { Rulebook } from '@cbcr/domain';

/** A version of the rulebook that is no longer in force. */
export interface EarlierRulebook {
  readonly version: number;
  readonly rulebook: Rulebook;
  /** When a later version came into force. */
  readonly endedAt: Date;
}

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
