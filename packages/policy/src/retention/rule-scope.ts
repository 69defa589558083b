import type { RegionId, RetentionRule, RetentionSelector } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';
import type { PreparedRulebook } from '../rulebook/prepare-rulebook.ts';

/** What rules ask of an instance: itself, and the policies that apply to it. */
export interface RuledInstance extends SelectableInstance {
  readonly applying: ReadonlySet<string>;
}

const includes = (list: readonly string[] | undefined, value: string): boolean => list === undefined || list.includes(value);

/** Whether the rule is for copies of the instance at all; the region is asked for separately. */
export function isForInstance({ select }: RetentionRule, instance: RuledInstance): boolean {
  const { dataClasses, engines, labels, policies } = select;
  if (!includes(dataClasses, instance.dataClass) || !includes(engines, instance.engine)) return false;
  if (policies !== undefined && !policies.some((policy) => instance.applying.has(policy))) return false;
  return Object.entries(labels ?? {}).every(([label, value]) => instance.labels[label] === value);
}

/** Whether the rule is for copies in a region that the rulebook lists. */
export function isForRegion({ select }: RetentionRule, id: RegionId, { regions }: PreparedRulebook): boolean {
  if (!includes(select.regions, id)) return false;
  const liesIn = regions.get(id)?.liesIn;
  return select.jurisdictions === undefined || (liesIn !== undefined && select.jurisdictions.some((one) => liesIn.has(one)));
}

export const regionsOf = (rule: RetentionRule, prepared: PreparedRulebook): RegionId[] =>
  [...prepared.regions.keys()].filter((id) => isForRegion(rule, id, prepared));

/** Whether there can be an instance that both are for. Several policies may apply to one, so that these exclude nothing. */
export function canShareInstance(a: RetentionSelector, b: RetentionSelector): boolean {
  const overlap = (one: readonly string[] | undefined, other: readonly string[] | undefined) =>
    one === undefined || other === undefined || one.some((value) => other.includes(value));
  if (!overlap(a.dataClasses, b.dataClasses) || !overlap(a.engines, b.engines)) return false;
  return Object.entries(a.labels ?? {}).every(([label, value]) => (b.labels?.[label] ?? value) === value);
}
