import type { CopyRole, Instance, Reason, RegionCapabilities, RegionId } from '@cbcr/domain';
import type { DecidingPolicy } from '../residency/permission-rule.ts';
import type { PreparedRegion, PreparedRulebook } from '../rulebook/prepare-rulebook.ts';

export type PlaceableInstance = Pick<Instance, 'id' | 'home' | 'engine' | 'dataClass'>;

/** What every placement rule may know. Nothing here changes with the health of a region. */
export interface PlacementQuestion {
  readonly prepared: PreparedRulebook;
  readonly instance: PlaceableInstance;
  readonly policy: DecidingPolicy;
  readonly capabilities: RegionCapabilities;
  /** The home region of the instance, when it is known. */
  readonly home: PreparedRegion | undefined;
  readonly now: Date;
}

/** The question and the regions that no rule excludes, sorted by id. */
export interface PlacementFacts extends PlacementQuestion {
  readonly suitable: readonly RegionId[];
}

/**
 * Excludes a region that may hold the data and does not serve the policy's purpose. It judges the region by itself and against the home, never against
 * other copies, so that removing one region moves no copy but its own.
 */
export interface ExclusionRule {
  readonly rule: string;
  /** Why not, or null when this rule has no objection. */
  explain(question: PlacementQuestion, region: PreparedRegion): string | null;
  /** What would end the objection to all these regions, in the imperative. */
  wayOut(question: PlacementQuestion, regions: readonly RegionId[]): string;
}

/** Gives suitable regions a role, in order. An earlier rule wins. */
export interface OrderingRule {
  readonly rule: string;
  readonly role: CopyRole;
  /** The regions that this rule claims, first choice first. Regions that are not suitable are passed over. */
  claim(facts: PlacementFacts): readonly RegionId[];
  /** Depends on nothing but the rulebook, the policy and the region itself. */
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
