import type { Region, RegionId, ResidencyException, ResidencyPolicy, Rulebook } from '@cbcr/domain';
import { type CompiledPolicy, compilePolicy } from '../effective/match-policy.ts';
import { createLocator, type Location } from '../topology/jurisdictions.ts';

export interface PreparedRegion extends Location {
  readonly region: Region;
  /** Whether the rulebook lists it; copies may still lie in one that it no longer lists. */
  readonly listed: boolean;
}

/** A rulebook with everything worked out that does not depend on an instance. Every list is sorted by id, so that the order of a file decides nothing. */
export interface PreparedRulebook {
  readonly rulebook: Rulebook;
  readonly regions: ReadonlyMap<RegionId, PreparedRegion>;
  /** Where a region lies that the rulebook does not list. */
  locate(region: Region): Location;
  readonly policies: readonly CompiledPolicy[];
  readonly residencyOf: ReadonlyMap<string, readonly ResidencyPolicy[]>;
  readonly exceptions: readonly ResidencyException[];
}

const prepared = new WeakMap<Rulebook, PreparedRulebook>();

/**
 * Once for each rulebook object: whoever asks for ten thousand instances hands over the same object ten thousand times. A rulebook is never changed
 * in place; a new version is a new object.
 */
export function prepareRulebook(rulebook: Rulebook): PreparedRulebook {
  const known = prepared.get(rulebook);
  if (known !== undefined) return known;
  const locate = createLocator(rulebook.jurisdictions);
  const fresh: PreparedRulebook = {
    rulebook,
    regions: new Map(byId(rulebook.regions).map((region) => [region.id, { region, listed: true, ...locate(region) }])),
    locate,
    policies: byId(rulebook.policies).map(compilePolicy),
    residencyOf: groupByDataClass(byId(rulebook.residency)),
    exceptions: byId(rulebook.exceptions),
  };
  prepared.set(rulebook, fresh);
  return fresh;
}

const byId = <Entry extends { id: string }>(entries: readonly Entry[]): Entry[] => [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));

function groupByDataClass(policies: readonly ResidencyPolicy[]): Map<string, ResidencyPolicy[]> {
  const grouped = new Map<string, ResidencyPolicy[]>();
  for (const policy of policies) {
    for (const dataClass of new Set(policy.dataClasses)) grouped.set(dataClass, [...(grouped.get(dataClass) ?? []), policy]);
  }
  return grouped;
}
