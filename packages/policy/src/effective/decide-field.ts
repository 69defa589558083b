import type { FieldOrigin } from './effective-policy.ts';
import { compareSpecificity, type Match } from './match-policy.ts';
import type { PolicyField } from './policy-fields.ts';

interface Saying<Value> {
  readonly match: Match;
  readonly value: Value;
}

/** The value of one field among the policies that apply, most specific first, and why it is this one; null when none of them says anything. */
export function decideField<Value>(field: PolicyField<Value>, matches: readonly Match[]): { value: Value; origin: FieldOrigin } | null {
  const sayings = matches.flatMap((match): Saying<Value>[] => {
    const value = field.read(match.policy);
    return value === undefined ? [] : [{ match, value }];
  });
  const [first, ...others] = sayings;
  if (first === undefined) return null;
  if (field.strictest !== undefined && others.length > 0) return decideStrictest(field, sayings, field.strictest);
  const origin = { field: field.name, value: first.value, from: first.match.policy.id, why: explainFirst(first, others) };
  return { value: first.value, origin };
}

function decideStrictest<Value>(
  field: PolicyField<Value>,
  sayings: readonly Saying<Value>[],
  { word, choose }: NonNullable<PolicyField<Value>['strictest']>,
): { value: Value; origin: FieldOrigin } {
  const value = sayings.map((saying) => saying.value).reduce(choose);
  const [speaker] = [...sayings.filter((saying) => saying.value === value), ...sayings];
  const said = sayings.map(({ match, value: one }) => `${field.describe?.(one) ?? String(one)} (${match.policy.id})`).join(', ');
  if (speaker === undefined) throw new RangeError(`nobody says anything about ${field.name}`);
  return { value, origin: { field: field.name, value, from: speaker.match.policy.id, why: `the ${word} of ${said}` } };
}

function explainFirst({ match }: Saying<unknown>, others: readonly Saying<unknown>[]): string {
  const [next] = others;
  if (next === undefined) return match.why;
  const rest = others.map((other) => other.match.policy.id).join(', ');
  return compareSpecificity(match, next.match) === 0
    ? `${match.why}; of equally specific policies the first by name wins, before ${rest}`
    : `${match.why}, which is more specific than ${rest}`;
}
