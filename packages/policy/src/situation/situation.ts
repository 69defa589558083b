import type {
  InstanceId,
  LastRestore,
  Placement,
  Policy,
  Region,
  RegionCapabilities,
  RegionHealth,
  RegionId,
  Rulebook,
} from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';
import type { Permission } from '../residency/may-use.ts';

/** Everything that decides besides the instance and what it holds. A plan compares two of them. */
export interface Situation {
  rulebook: Rulebook;
  /** Regions that the rulebook does not name and that may hold copies still. */
  unlisted?: readonly Region[];
  capabilities: RegionCapabilities;
  /** The newest restore of each instance that came to its end; absent where nobody read them. */
  restores?: ReadonlyMap<InstanceId, LastRestore>;
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
  /** Whether any policy applies; without one nothing may be stored. */
  hasPolicy: boolean;
  policy: Policy;
  placement: Placement;
  /** Regions where its copies shall be locked, and nothing says how long. */
  unboundedLocks: readonly RegionId[];
  /**
   * May copies lie in the region? The one judge of plans, compliance and removals. In a region that nobody administers any longer copies may stay and
   * be read if its place allows it, as restores have it; nothing new goes there. Remembers its answers.
   */
  mayHold(region: RegionId): Permission;
}
