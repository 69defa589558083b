import type { RegionId } from '@cbcr/domain';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { getStorageRegions } from '../placement/get-storage-regions.ts';
import { mayUse, type Permission } from '../residency/may-use.ts';
import type { Decision, PlannedInstance, Situation } from './situation.ts';

/** What the rulebook says about one instance in a situation. */
export function decide({ rulebook, capabilities, now }: Situation, instance: PlannedInstance): Decision {
  const { policy } = resolvePolicy(rulebook, instance);
  const answers = new Map<RegionId, Permission>();
  return {
    instance,
    policy,
    placement: getStorageRegions({ rulebook, instance, policy, capabilities, now }),
    mayHold(region) {
      const known = answers.get(region);
      if (known !== undefined) return known;
      const answer = mayUse({ rulebook, instance, policy, region, purpose: 'data', now, existing: true });
      answers.set(region, answer);
      return answer;
    },
  };
}
