import type { Region, RegionId, Rulebook } from '@cbcr/domain';
import type { PointGroup } from '../holdings/group-points.ts';
import { limitsOf } from '../retention/rules-of.ts';
import type { Decision, Situation } from '../situation/situation.ts';
import { locksOf } from '../store-protection/wanted-lock.ts';
import type { ControlFacts, KnownProtection } from './control.ts';

const regionsByRulebook = new WeakMap<Rulebook, ReadonlyMap<RegionId, Region>>();

function regionsOf(rulebook: Rulebook): ReadonlyMap<RegionId, Region> {
  const known = regionsByRulebook.get(rulebook);
  if (known !== undefined) return known;
  const fresh = new Map(rulebook.regions.map((region) => [region.id, region]));
  regionsByRulebook.set(rulebook, fresh);
  return fresh;
}

/** What the controls may know of an instance in a situation. */
export function complianceFactsOf(
  situation: Situation,
  { instance, policy, placement, mayHold }: Decision,
  groups: readonly PointGroup[],
  protection: KnownProtection | null = null,
): ControlFacts {
  const regions = regionsOf(situation.rulebook);
  return {
    instance,
    policy,
    placed: placement.placed.map(({ region }) => region),
    groups,
    now: situation.now,
    releaseGraceMs: situation.rulebook.retention.releaseGrace.ms,
    protection,
    ...(situation.restores === undefined ? {} : { restored: situation.restores.get(instance.id) ?? null }),
    region: (id) => regions.get(id),
    retentionLimits: limitsOf(situation.rulebook, instance),
    demandedLock: locksOf(situation.rulebook, instance),
    capabilities: (id) => situation.capabilities.get(id),
    mayHold,
  };
}
