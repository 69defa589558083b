import type { Duration, RetentionRule, Rulebook } from '@cbcr/domain';
import { lockIn } from '../effective/lock-in.ts';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { listRegions } from '../holdings/describe-holdings.ts';
import { type PreparedRulebook, prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { isTimeZone } from '../schedule/cron.ts';
import { canShareInstance, isForInstance, regionsOf } from './rule-scope.ts';
import { policyRuleId } from './rules-of.ts';

/** Where a `cbcr.yaml` says something that cannot hold, and the way out. `isNote`: it can hold, and is probably not meant. */
export interface RetentionFault {
  path: (string | number)[];
  message: string;
  hint: string;
  isNote: boolean;
}

/** What of the rules contradicts itself or each other, or does nothing for these instances. */
export function checkRetention(rulebook: Rulebook, instances: readonly SelectableInstance[]): RetentionFault[] {
  const prepared = prepareRulebook(rulebook);
  const { rules } = rulebook.retention;
  return [
    ...rules.flatMap(checkRule),
    ...rules.flatMap((rule) => rules.flatMap((other) => checkPair(rule, other, prepared))),
    ...checkInstances(rulebook, instances, prepared),
  ];
}

const placeOf = (rule: RetentionRule, ...path: string[]) => ['retention', 'rules', rule.id, ...path];
const problem = (path: string[], message: string, hint: string): RetentionFault => ({ path, message, hint, isNote: false });
const exceeds = (one: Duration | undefined, other: Duration | undefined): boolean =>
  one !== undefined && other !== undefined && one.ms > other.ms;

function checkRule(rule: RetentionRule): RetentionFault[] {
  const { id, keep, minimum, maximum } = rule;
  const faults: RetentionFault[] = [];
  if (id === policyRuleId) {
    faults.push(problem(placeOf(rule), 'is the name for what policies say of their own', 'Give the rule another name.'));
  }
  const zone = keep?.gfs?.timeZone;
  if (zone !== undefined && !isTimeZone(zone)) {
    const message = `${JSON.stringify(zone)} is not a time zone`;
    faults.push(problem(placeOf(rule, 'keep', 'gfs', 'timeZone'), message, 'Use an IANA name such as Europe/Berlin.'));
  }
  if (exceeds(minimum, maximum)) {
    const message = `the minimum of ${minimum?.text} is above the maximum of ${maximum?.text}`;
    faults.push(problem(placeOf(rule, 'minimum'), message, 'Lower the minimum or raise the maximum.'));
  } else if (exceeds(minimum, keep?.for)) {
    const message = `keeping for ${keep?.for?.text} is below the minimum of ${minimum?.text}`;
    faults.push(problem(placeOf(rule, 'keep', 'for'), message, 'Keep for longer, or lower the minimum.'));
  }
  for (const field of ['for', 'window'] as const) {
    if (!exceeds(keep?.[field], maximum)) continue;
    const message = `keeping for ${keep?.[field]?.text} is above the maximum of ${maximum?.text}`;
    faults.push(problem(placeOf(rule, 'keep', field), message, 'Keep for less, or raise the maximum.'));
  }
  return faults;
}

function checkPair(rule: RetentionRule, other: RetentionRule, prepared: PreparedRulebook): RetentionFault[] {
  if (rule === other || !exceeds(rule.minimum, other.maximum) || !canShareInstance(rule.select, other.select)) return [];
  const elsewhere = new Set(regionsOf(other, prepared));
  const shared = regionsOf(rule, prepared).filter((id) => elsewhere.has(id));
  if (shared.length === 0) return [];
  const message = `the minimum of ${rule.minimum?.text} is above the maximum of ${other.maximum?.text} of ${other.id}, and both can be for a copy in ${listRegions(shared)}`;
  return [
    problem(
      placeOf(rule, 'minimum'),
      message,
      'Lower the minimum, raise the maximum, or give the rules selectors that exclude each other.',
    ),
  ];
}

function checkInstances(rulebook: Rulebook, instances: readonly SelectableInstance[], prepared: PreparedRulebook): RetentionFault[] {
  const unused = new Set(rulebook.retention.rules);
  const regionsByRule = new Map(rulebook.retention.rules.map((rule) => [rule, regionsOf(rule, prepared)]));
  const contradictions = instances.flatMap((instance) => {
    const { policy, applying } = resolvePolicy(rulebook, instance);
    const ruled = { ...instance, applying: new Set<string>(applying.map((one) => one.policy)) };
    const own = policy.retention ?? {};
    return rulebook.retention.rules.flatMap((rule) => {
      if (!isForInstance(rule, ruled) || regionsByRule.get(rule)?.length === 0) return [];
      unused.delete(rule);
      return [
        ...contradict(instance, `the minimum of ${rule.minimum?.text} of rule ${rule.id}`, rule.minimum, 'of its policies', own.maximum),
        ...contradict(instance, `the minimum of ${own.minimum?.text} of its policies`, own.minimum, `of rule ${rule.id}`, rule.maximum),
        ...(regionsByRule.get(rule) ?? [])
          .flatMap((region) => {
            const length = lockIn(policy.lock, region)?.for;
            return contradict(
              instance,
              `the lock of ${length?.text} in ${region} of its policies`,
              length,
              `of rule ${rule.id}`,
              rule.maximum,
            );
          })
          .slice(0, 1),
      ];
    });
  });
  const idle = [...unused].map((rule): RetentionFault => {
    const nowhere = regionsByRule.get(rule)?.length === 0;
    return {
      path: placeOf(rule, 'select'),
      message: nowhere ? 'is for no region of this file' : 'is for no instance of this file',
      hint: nowhere
        ? 'Correct the selector.'
        : 'That is right when its instances are registered by command; otherwise correct the selector.',
      isNote: true,
    };
  });
  return [...contradictions, ...idle];
}

const contradict = (
  instance: SelectableInstance,
  minimumIs: string,
  minimum: Duration | undefined,
  maximumIs: string,
  maximum: Duration | undefined,
): RetentionFault[] =>
  exceeds(minimum, maximum)
    ? [
        problem(
          ['instances', instance.id],
          `${minimumIs} is above the maximum of ${maximum?.text} ${maximumIs}`,
          'Lower the one, raise the other, or give the rule a selector that leaves the instance out.',
        ),
      ]
    : [];
