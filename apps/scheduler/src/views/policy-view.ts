import type { PolicyExplanationView } from '@cbcr/client';
import type { Purpose } from '@cbcr/domain';
import type { DecisionFacts } from '@cbcr/operations';
import { describeExplanation, explainInstance, mayUse } from '@cbcr/policy';

/** The same decisions that planning, workers and restores ask for, with their reasons. */
export function describePolicy(facts: DecisionFacts, version: number): PolicyExplanationView {
  const { instance, rulebook } = facts;
  const explanation = explainInstance(facts);
  const { effective, placement } = explanation;
  const { placed, spares, excluded, unmet } = placement;
  const permission = (region: (typeof rulebook.regions)[number], purpose: Purpose) => mayUse({ ...facts, region: region.id, purpose });
  return {
    instance: instance.id,
    version,
    applying: effective.applying.map(({ policy, why }) => ({ policy, why })),
    fields: effective.fields.map(({ field, value, from, why }) => ({ field, value, from, why })),
    placement: { placed, spares, excluded, unmet },
    residency: rulebook.regions
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((region) => ({
        region: region.id,
        data: permission(region, 'data'),
        key: permission(region, 'key'),
        restore: permission(region, 'restore'),
        drill: permission(region, 'drill'),
      })),
    text: describeExplanation(explanation),
  };
}
