import { type Placement, type Purpose, purposes, type Reason, type RegionCapabilities, type RegionId, type Rulebook } from '@cbcr/domain';
import type { EffectivePolicy } from '../effective/effective-policy.ts';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { resolvePolicy } from '../effective/resolve-policy.ts';
import { getStorageRegions } from '../placement/get-storage-regions.ts';
import { mayUse } from '../residency/may-use.ts';
import { prepareRulebook } from '../rulebook/prepare-rulebook.ts';
import { findNearPairs } from './near-pairs.ts';

/** Everything that is decided for one instance, with who decided it. */
export interface Explanation {
  instance: SelectableInstance;
  effective: EffectivePolicy;
  placement: Placement;
  /** For each purpose, the regions that may be used now. */
  allowed: Readonly<Record<Purpose, readonly RegionId[]>>;
  /** Of these, the ones that only a residency exception allows. */
  excepted: readonly { purpose: Purpose; region: RegionId; reason: Reason }[];
  /** Secondaries that are near each other, in words. */
  near: readonly string[];
}

export interface ExplanationInput {
  rulebook: Rulebook;
  instance: SelectableInstance;
  capabilities?: RegionCapabilities;
  now: Date;
}

/** Why an instance is kept as it is: the policies that apply, the one that set each field, and the reason of every region. */
export function explainInstance({ rulebook, instance, now, ...rest }: ExplanationInput): Explanation {
  const effective = resolvePolicy(rulebook, instance);
  const { policy } = effective;
  const regions = rulebook.regions.map(({ id }) => id).sort();
  const ask = (region: RegionId, purpose: Purpose) => mayUse({ rulebook, instance, policy, region, purpose, now });
  const allowedFor = (purpose: Purpose) => regions.filter((region) => ask(region, purpose).allowed);
  const [data, key, restore, drill] = purposes.map(allowedFor);
  const placement = getStorageRegions({ rulebook, instance, policy, now, ...rest });
  return {
    instance,
    effective,
    placement,
    near: findNearPairs(prepareRulebook(rulebook), policy, placement),
    allowed: { data: data ?? [], key: key ?? [], restore: restore ?? [], drill: drill ?? [] },
    excepted: purposes.flatMap((purpose) =>
      regions.flatMap((region) => {
        const { exception, reason } = ask(region, purpose);
        return exception === undefined ? [] : [{ purpose, region, reason }];
      }),
    ),
  };
}
