import type { RegionId } from '@cbcr/domain';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { getStorageRegions } from '../placement/get-storage-regions.ts';
import { mayUse, type Permission } from '../residency/may-use.ts';
import { findUnboundedLocks } from '../store-protection/wanted-lock.ts';
import type { Decision, PlannedInstance, Situation } from './situation.ts';

/** What the rulebook says about one instance in a situation. */
export function decide({ rulebook, unlisted = [], capabilities, now }: Situation, instance: PlannedInstance): Decision {
  const { policy, applying } = resolvePolicy(rulebook, instance);
  const answers = new Map<RegionId, Permission>();
  const mayHold = (id: RegionId): Permission => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const region = unlisted.find((candidate) => candidate.id === id) ?? id;
    const answer = mayUse({ rulebook, instance, policy, region, purpose: 'data', now, existing: true });
    answers.set(id, answer);
    return answer;
  };
  const placement = getStorageRegions({ rulebook, instance, policy, capabilities, now });
  return {
    instance,
    hasPolicy: applying.length > 0,
    policy,
    placement,
    unboundedLocks: policy.lock === undefined ? [] : findUnboundedLocks(rulebook, instance, placement),
    mayHold,
  };
}
