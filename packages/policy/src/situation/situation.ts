import type { Placement, Policy, RegionCapabilities, RegionHealth, RegionId, Rulebook } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';
import type { Permission } from '../residency/may-use.ts';

/** Everything that decides besides the instance and what it holds. A plan compares two of them. */
export interface Situation {
  rulebook: Rulebook;
  capabilities: RegionCapabilities;
  /** A region that is missing is unknown, which is not down. */
  health: ReadonlyMap<RegionId, RegionHealth>;
  now: Date;
}

/** What is decided about an instance does not depend on how its database is reached. */
export interface PlannedInstance extends SelectableInstance {
  /** Nothing new is captured; what it holds stays, and rules hold for it. */
  retired?: boolean;
}

/** What a situation means for one instance. */
export interface Decision {
  instance: PlannedInstance;
  policy: Policy;
  placement: Placement;
  /** May copies lie in the region? Remembers its answers. */
  mayHold(region: RegionId): Permission;
}
