import type { EarlierRulebook, Rulebook } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';

/** What decides how long copies of an instance are kept, now and before. */
export interface RulesInTime {
  /** The version in force. */
  readonly rulebook: Rulebook;
  /** Versions that were in force before; those whose cooling-off is over say nothing. */
  readonly earlier?: readonly EarlierRulebook[] | undefined;
  readonly instance: SelectableInstance;
  readonly now: Date;
}

/** A version of the rules, and the instance as it was described then, that still keep what they kept. */
export interface CoolingVersion {
  readonly rulebook: Rulebook;
  readonly instance: SelectableInstance;
  readonly untilMs: number;
  /** `version 7 of the rulebook`. */
  readonly name: string;
}

/**
 * Everything that was in force before some change of the rules or of the instance and whose cooling-off is not over, newest first. The longer of what it said
 * itself and what is said now counts: a change that shortens the cooling-off cannot shorten its own.
 */
export function findCoolingVersions({ rulebook, earlier = [], instance, now }: RulesInTime): CoolingVersion[] {
  const { formerly = [] } = instance;
  const versions = earlier.toSorted((a, b) => a.version - b.version);
  const changes = [
    ...versions.map((version) => ({ endedAt: version.endedAt, version, former: inForceBefore(formerly, version.endedAt) })),
    ...formerly.map((former) => ({ endedAt: former.endedAt, version: inForceBefore(versions, former.endedAt), former })),
  ];
  return changes
    .map(({ endedAt, version, former }) => {
      const rules = version?.rulebook ?? rulebook;
      const coolingOffMs = Math.max(rules.retention.coolingOff.ms, rulebook.retention.coolingOff.ms);
      return {
        rulebook: rules,
        instance: former === undefined ? instance : { ...former, id: instance.id },
        number: version?.version ?? Infinity,
        untilMs: endedAt.getTime() + coolingOffMs,
        name:
          version === undefined ? 'the rules for the instance as it was described before' : `version ${version.version} of the rulebook`,
      };
    })
    .filter(({ untilMs }) => now.getTime() < untilMs)
    .sort((a, b) => b.number - a.number || b.untilMs - a.untilMs);
}

/** The one that was in force just before the moment; undefined: the one that is in force now was already. */
const inForceBefore = <Version extends { readonly endedAt: Date }>(versions: readonly Version[], moment: Date): Version | undefined =>
  versions
    .filter(({ endedAt }) => endedAt >= moment)
    .reduce<Version | undefined>((first, one) => (first === undefined || one.endedAt < first.endedAt ? one : first), undefined);
