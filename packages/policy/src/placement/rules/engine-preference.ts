import type { RegionId } from '@cbcr/domain';
import type { OrderingRule, PlacementQuestion } from '../placement-rule.ts';

export const enginePreference: OrderingRule = {
  rule: 'engine-preference',
  role: 'secondary',
  claim: preferencesOf,
  explain: (facts, region) => `${region} is choice ${preferencesOf(facts).indexOf(region) + 1} of the engine ${facts.instance.engine}`,
};

function preferencesOf({ prepared, instance }: PlacementQuestion): readonly RegionId[] {
  return prepared.rulebook.engines[instance.engine]?.prefer ?? [];
}
