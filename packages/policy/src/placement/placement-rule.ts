import type { CopyRole, Instance, Policy, Reason, Region, RegionId } from '@cbcr/domain';

/** What placement rules may know. `allowed` is sorted by region id; `regions` is every known region by id. */
export interface PlacementFacts {
  readonly instance: Pick<Instance, 'id' | 'home'>;
  readonly policy: Pick<Policy, 'id' | 'placement'>;
  readonly regions: ReadonlyMap<RegionId, PlaceableRegion>;
  readonly allowed: readonly RegionId[];
}

export type PlaceableRegion = Pick<Region, 'id' | 'jurisdictions'>;

/** Takes a region out of the allowed set. Sees policy and region only, so that it can be asked for one region, just before a write. */
export interface ExclusionRule {
  readonly rule: string;
  /** Why the region may not hold the data, or null when this rule has no objection. */
  explain(policy: Pick<Policy, 'id' | 'placement'>, region: PlaceableRegion): string | null;
}

/** Gives allowed regions a role, in order. An earlier rule wins; a text must depend on nothing but the policy and the region itself. */
export interface OrderingRule {
  readonly rule: string;
  readonly role: CopyRole;
  /** The regions that this rule claims, first choice first. Regions that are not allowed are passed over. */
  claim(facts: PlacementFacts): readonly RegionId[];
  explain(facts: PlacementFacts, region: RegionId): string;
}

/** Compares what the policy demands with what the regions can give. */
export interface DemandRule {
  readonly rule: string;
  /** What is missing and what would satisfy it, or null when the demand is met. */
  explain(facts: PlacementFacts, placed: readonly { region: RegionId; role: CopyRole }[]): string | null;
}

/** A rule's answer under its stable word. */
export const reasonOf = (rule: { readonly rule: string }, text: string): Reason => ({ rule: rule.rule, text });
