import { policyIdSchema, type RegionId, type Rulebook, type RulebookPolicy } from '@cbcr/domain';
import { prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { decideField } from './decide-field.ts';
import type { EffectivePolicy, FieldOrigin, ResolvedPolicy, Restriction } from './effective-policy.ts';
import { compareSpecificity, type Match, matchPolicy, type SelectableInstance } from './match-policy.ts';
import { policyFields as fields, type PolicyField } from './policy-fields.ts';

/** Stands where no policy applies. */
const noPolicy = policyIdSchema.parse('default');

/**
 * What one instance needs: all policies that apply to it as one, and for each field which of them set it. The most specific wins field by field;
 * restrictions add up instead, so that no policy can weaken another: every list of jurisdictions holds, the longest minimum retention, the shortest
 * maximum, the strictest lock. Depends neither on the order of the rulebook nor on the time.
 */
export function resolvePolicy(rulebook: Rulebook, instance: SelectableInstance): EffectivePolicy {
  // Policies are sorted by id and the sort keeps the order of equals, so the first by name wins among them.
  const matches = prepareRulebook(rulebook)
    .policies.flatMap((policy) => matchPolicy(policy, instance) ?? [])
    .sort(compareSpecificity);
  const origins: FieldOrigin[] = [];
  const take = <Value>(field: PolicyField<Value>): Value | undefined => {
    const decided = decideField(field, matches);
    if (decided !== null) origins.push(decided.origin);
    return decided?.value;
  };
  const takeOr = <Value>(field: PolicyField<Value>, otherwise: Value): Value => {
    const decided = decideField(field, matches);
    origins.push(decided?.origin ?? { field: field.name, value: otherwise, from: 'default', why: 'no policy that applies says anything' });
    return decided === null ? otherwise : decided.value;
  };

  const restrictions = restrictionsOf(matches);
  const policy: Omit<ResolvedPolicy, 'origins'> = {
    id: matches[0]?.policy.id ?? noPolicy,
    restrictions,
    placement: {
      copies: takeOr(fields.copies, 1),
      prefer: take(fields.prefer) ?? [],
      synchronousMinimum: takeOr(fields.synchronousMinimum, 1),
      ...given({ jurisdictions: takeRestrictions(restrictions, origins), spares: take(fields.spares) }),
      ...group('constraints', {
        minimumDistanceKm: take(fields.minimumDistanceKm),
        differentJurisdiction: take(fields.differentJurisdiction),
        differentProvider: take(fields.differentProvider),
        sameJurisdiction: take(fields.sameJurisdiction),
        capabilities: take(fields.capabilities),
      }),
    },
    ...given({ schedule: take(fields.schedule), rpo: take(fields.rpo), rto: take(fields.rto) }),
    ...group('retention', { keepFor: take(fields.keepFor), minimum: take(fields.minimum), maximum: take(fields.maximum) }),
    ...given({ lock: take(fields.lock) }),
    ...group('encryption', { required: take(fields.encryptionRequired), keys: takeKeys(matches, origins) }),
    ...given({ verifyEvery: take(fields.verifyEvery), drillEvery: take(fields.drillEvery), priority: take(fields.priority) }),
  };
  const originOf = Object.fromEntries(origins.map(({ field, from }) => [field, from]));
  return {
    policy: { ...policy, origins: originOf },
    applying: matches.map(({ policy: { id }, why }) => ({ policy: id, why })),
    fields: origins,
  };
}

const restrictionsOf = (matches: readonly Match[]): Restriction[] =>
  matches.flatMap(({ policy: { id, placement } }) =>
    placement.jurisdictions === undefined ? [] : [{ policy: id, jurisdictions: placement.jurisdictions }],
  );

function takeRestrictions(restrictions: readonly Restriction[], origins: FieldOrigin[]): string[] | undefined {
  const [first, ...others] = restrictions;
  if (first === undefined) return undefined;
  const said = restrictions.map(({ policy, jurisdictions }) => `${jurisdictions.join(' or ')} (${policy})`).join(' and ');
  const why = others.length === 0 ? 'a region must lie in one of them' : `every restriction holds: ${said}`;
  origins.push({ field: 'placement.jurisdictions', value: first.jurisdictions, from: first.policy, why });
  return [...first.jurisdictions];
}

/** Each region's key is a field of its own. */
function takeKeys(matches: readonly Match[], origins: FieldOrigin[]): Record<RegionId, string> | undefined {
  const named = new Set(matches.flatMap(({ policy }) => Object.keys(policy.encryption?.keys ?? {})));
  if (named.size === 0) return undefined;
  const keyOf = (region: string) => (policy: RulebookPolicy) =>
    Object.entries(policy.encryption?.keys ?? {}).find(([name]) => name === region)?.[1];
  const keys: Record<string, string> = {};
  for (const region of [...named].sort()) {
    const decided = decideField({ name: `encryption.keys.${region}`, read: keyOf(region) }, matches);
    if (decided === null) continue;
    origins.push(decided.origin);
    keys[region] = decided.value;
  }
  return keys;
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** Without the fields that nobody set. */
const given = <Values extends object>(values: Values): Given<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>;

/** The fields under one name, or nothing at all when nobody set any. */
function group<Name extends string, Values extends object>(name: Name, values: Values): { [Key in Name]?: Given<Values> } {
  const some = given(values);
  return (Object.keys(some).length === 0 ? {} : { [name]: some }) as { [Key in Name]?: Given<Values> };
}
