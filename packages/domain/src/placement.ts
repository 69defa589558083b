import type { InstanceId, RegionId } from './ids.ts';

export type CopyRole = 'primary' | 'secondary';

/** A stable word for the rule and a sentence for people, so that every decision can be explained and counted. */
export interface Reason {
  rule: string;
  text: string;
}

/** Where the copies of one instance must live, and why. Every region appears exactly once: placed, spare or excluded. */
export interface Placement {
  instance: InstanceId;
  placed: { region: RegionId; role: CopyRole; reason: Reason }[];
  /** Allowed but not needed, in the order in which they would be taken. */
  spares: { region: RegionId; reason: Reason }[];
  /** `legal`: a copy that is already there may stay and be read; otherwise it is where the data may not be. */
  excluded: { region: RegionId; legal: boolean; reason: Reason }[];
  /** Demands of the policy that no set of regions satisfies, each with what would satisfy it. */
  unmet: Reason[];
}
