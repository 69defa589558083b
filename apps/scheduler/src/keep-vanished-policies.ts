import type { Region, Rulebook } from '@cbcr/domain';

/** What the catalog makes of a rulebook: policies that vanish stay in force for the instances that name them. */
export function keepVanishedPolicies(before: Rulebook, wanted: Rulebook): Rulebook {
  const named = new Set(wanted.policies.map(({ id }) => id));
  const vanished = before.policies.filter(({ id }) => !named.has(id)).map(({ select: _select, ...policy }) => policy);
  return { ...wanted, policies: [...wanted.policies, ...vanished] };
}

/** Regions that a rulebook does not name and that may hold copies still. */
export function findUnlisted(regions: readonly Region[], rulebook: Rulebook): Region[] {
  const named = new Set(rulebook.regions.map(({ id }) => id));
  return regions.filter(({ id }) => !named.has(id));
}
