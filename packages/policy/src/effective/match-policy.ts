import type { FormerInstance, Instance, RulebookPolicy } from '@cbcr/domain';
import { compileNamePattern, type NamePattern } from './name-pattern.ts';

/** What selectors look at. `policy` is the policy that the instance names, when it names one. */
export type SelectableInstance = Pick<Instance, 'id' | 'home' | 'engine' | 'dataClass' | 'labels'> & {
  readonly policy?: string | undefined;
  /** What it was before. The rules for it then are kept for their cooling-off, and holds that covered what it captured cover it still. */
  readonly formerly?: readonly FormerInstance[] | undefined;
};

export interface CompiledPolicy {
  readonly policy: RulebookPolicy;
  readonly names: readonly NamePattern[];
  readonly labels: readonly (readonly [string, string])[];
}

/** Why a policy applies to an instance, and how specific that is. */
export interface Match {
  readonly policy: RulebookPolicy;
  /** Compared number by number, the first difference decides: see {@link specificityOf}. */
  readonly specificity: readonly number[];
  /** `it is named by the instance`, `its names match shop-*`. */
  readonly why: string;
}

export const compilePolicy = (policy: RulebookPolicy): CompiledPolicy => ({
  policy,
  names: (policy.select?.names ?? [])
    .map(compileNamePattern)
    .sort((a, b) => b.literalLength - a.literalLength || (a.text < b.text ? -1 : 1)),
  labels: Object.entries(policy.select?.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
});

/** Null when the policy is not for the instance. A policy without a selector is only for instances that name it. */
export function matchPolicy({ policy, names, labels }: CompiledPolicy, instance: SelectableInstance): Match | null {
  const { select } = policy;
  if (instance.policy === policy.id) return { policy, specificity: [1, 0, 0, 0, 0, 0], why: `${instance.id} names it` };
  if (select === undefined) return null;
  const pattern = names.find((candidate) => candidate.matches(instance.id));
  if (select.names !== undefined && pattern === undefined) return null;
  if (!labels.every(([label, value]) => instance.labels[label] === value)) return null;
  if (select.dataClasses !== undefined && !select.dataClasses.includes(instance.dataClass)) return null;
  if (select.engines !== undefined && !select.engines.includes(instance.engine)) return null;
  if (select.homes !== undefined && !select.homes.includes(instance.home)) return null;
  return { policy, specificity: specificityOf(select, pattern, labels.length), why: describeMatch(select, pattern, labels, instance) };
}

/**
 * The written order: named by the instance, then a pattern for names (the longer literal part first), then labels (more first), then data class,
 * engine, home, no condition. A policy with several conditions ranks by its most specific one; the others decide among equals.
 */
const specificityOf = (select: NonNullable<RulebookPolicy['select']>, pattern: NamePattern | undefined, labels: number): number[] => [
  0,
  pattern === undefined ? 0 : 1 + pattern.literalLength,
  labels,
  select.dataClasses === undefined ? 0 : 1,
  select.engines === undefined ? 0 : 1,
  select.homes === undefined ? 0 : 1,
];

/** Most specific first; 0 when both are equally specific. */
export function compareSpecificity(a: Match, b: Match): number {
  for (const [index, value] of a.specificity.entries()) {
    const difference = (b.specificity[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

function describeMatch(
  select: NonNullable<RulebookPolicy['select']>,
  pattern: NamePattern | undefined,
  labels: CompiledPolicy['labels'],
  instance: SelectableInstance,
): string {
  const conditions = [
    pattern === undefined ? [] : [`the name ${pattern.text}`],
    labels.map(([label, value]) => `the label ${label}: ${value}`),
    select.dataClasses === undefined ? [] : [`the data class ${instance.dataClass}`],
    select.engines === undefined ? [] : [`the engine ${instance.engine}`],
    select.homes === undefined ? [] : [`the home ${instance.home}`],
  ].flat();
  return conditions.length === 0 ? 'it selects every instance' : `it selects ${conditions.join(' and ')}`;
}
