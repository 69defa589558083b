import type { Duration, RegionId, RetentionRule, Rulebook } from '@cbcr/domain';
import { longer, shorter } from '../compliance/stricter.ts';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { findCoolingVersions, type RulesInTime } from './cooling-off.ts';
import { isForInstance, isForRegion } from './rule-scope.ts';

/** Stands for what policies say of their own. */
export const policyRuleId = 'policy';

/** The rules for copies of the instance, by region; null for a region that the rulebook does not list: nobody can say which rules are for it. */
export function rulesOf(rulebook: Rulebook, instance: SelectableInstance): (region: RegionId) => readonly RetentionRule[] | null {
  const prepared = prepareRulebook(rulebook);
  const { own, rules } = rulesOfInstance(rulebook, instance);
  return (region) => {
    if (!prepared.regions.has(region)) return null;
    return [...own, ...rules.filter((rule) => isForRegion(rule, region, prepared))];
  };
}

/** Before which moment no copy of the instance in the region may go, whoever asks; null when nothing says so. What is cooling off counts until that is over. */
export function minimumUntil(rules: RulesInTime, region: RegionId, capturedAtMs: number): Date | null {
  const own = minimumOf(rules.rulebook, rules.instance, region);
  const cooling = findCoolingVersions(rules).flatMap(({ rulebook, instance, untilMs }) => {
    const minimumMs = minimumOf(rulebook, instance, region);
    return minimumMs === null ? [] : [Math.min(capturedAtMs + minimumMs, untilMs)];
  });
  const moments = [...(own === null ? [] : [capturedAtMs + own]), ...cooling];
  return moments.length === 0 ? null : new Date(Math.max(...moments));
}

/**
 * How long, in ms from the capture, no copy of the instance in the region may go, whoever asks; null when nothing says so. Where nobody can
 * say which rules are for the region, the longest of all.
 */
function minimumOf(rulebook: Rulebook, instance: SelectableInstance, region: RegionId): number | null {
  const { own, rules } = rulesOfInstance(rulebook, instance);
  const applying = rulesOf(rulebook, instance)(region) ?? [...own, ...rules];
  const minimums = applying.flatMap(({ minimum }) => (minimum === undefined ? [] : [minimum.ms]));
  return minimums.length === 0 ? null : Math.max(...minimums);
}

/** The longest minimum and the shortest maximum of rules for one copy. */
export interface RetentionLimits {
  readonly minimum: Duration | undefined;
  readonly maximum: Duration | undefined;
}

/** What holds of copies of the instance, by region; in a region that the rulebook does not list, what its policies say. */
export function limitsOf(rulebook: Rulebook, instance: SelectableInstance): (region: RegionId) => RetentionLimits {
  let rulesIn: ReturnType<typeof rulesOf> | undefined;
  return (region) => {
    // Most who may ask never do.
    rulesIn ??= rulesOf(rulebook, instance);
    const rules = rulesIn(region) ?? rulesOfInstance(rulebook, instance).own;
    return rules.reduce<RetentionLimits>(
      (limits, rule) => ({ minimum: longer(limits.minimum, rule.minimum), maximum: shorter(limits.maximum, rule.maximum) }),
      { minimum: undefined, maximum: undefined },
    );
  };
}

/**
 * How long, in ms from the capture, rules are certain to keep a copy, whatever else is captured meanwhile; null when they say no such length. What is kept
 * by number (`last`, `gfs`) may go with any new point, and a maximum alone keeps nothing.
 */
export function certainLengthOf(rules: readonly RetentionRule[]): number | null {
  const lengths = rules.flatMap(({ keep, minimum }) => [keep?.for, keep?.window, minimum].flatMap((length) => length?.ms ?? []));
  if (lengths.length === 0) return null;
  return Math.min(Math.max(...lengths), ...rules.flatMap(({ maximum }) => maximum?.ms ?? []));
}

function rulesOfInstance(rulebook: Rulebook, instance: SelectableInstance): { own: RetentionRule[]; rules: RetentionRule[] } {
  const { policy, applying } = resolvePolicy(rulebook, instance);
  const ruled = { ...instance, applying: new Set<string>(applying.map((one) => one.policy)) };
  const rules = rulebook.retention.rules.filter((rule) => isForInstance(rule, ruled)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return { own: ownRule(policy.retention), rules };
}

function ownRule({ keepFor, ...limits }: NonNullable<Rulebook['policies'][number]['retention']> = {}): RetentionRule[] {
  const keep = keepFor === undefined ? {} : { keep: { for: keepFor } };
  return [{ id: policyRuleId, select: {}, ...keep, ...limits }];
}
