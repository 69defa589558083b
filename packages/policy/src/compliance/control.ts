import type { CopyLock, HeldPoint, Hold, HoldEffect, LastRestore, Policy, ProbedCapabilities, Region, RegionId } from '@cbcr/domain';
import type { PointGroup } from '../holdings/group-points.ts';
import type { Permission } from '../residency/may-use.ts';
import type { RetentionLimits } from '../retention/rules-of.ts';
import type { PlannedInstance } from '../situation/situation.ts';
import type { DemandedLock } from '../store-protection/wanted-lock.ts';
import type { Severity } from './finding.ts';
import type { ControlSettings, SettingName } from './settings.ts';

/** Holds, and what the stores were told about the copies of one instance. */
export interface KnownProtection {
  /** Those in force, and those that were released lately. */
  readonly holds: readonly Hold[];
  readonly effects: readonly HoldEffect[];
  readonly locks: readonly CopyLock[];
}

/** What a control may know: what is promised to one instance, and what exists. */
export interface ControlFacts {
  readonly instance: PlannedInstance;
  /** All that applies to the instance, as one. */
  readonly policy: Policy;
  /** Where the policy demands copies now. */
  readonly placed: readonly RegionId[];
  readonly groups: readonly PointGroup[];
  readonly now: Date;
  readonly releaseGraceMs: number;
  /** Null where nobody read it, as in a plan. */
  readonly protection: KnownProtection | null;
  /** The newest restore that came to its end; null: there was none. Absent where nobody read it. */
  readonly restored?: LastRestore | null;
  region(id: RegionId): Region | undefined;
  /** Of all rules of retention for copies there, those of the policies included. */
  retentionLimits(id: RegionId): RetentionLimits;
  /** What is demanded of copies there; null: no lock. */
  demandedLock(id: RegionId): DemandedLock | null;
  /** What a worker found on the real store; undefined when it was not probed. */
  capabilities(id: RegionId): ProbedCapabilities | undefined;
  /** May copies of this instance lie there now? */
  mayHold(id: RegionId): Permission;
}

/** What a control found: a finding that does not know yet for which framework it is asked. */
export interface Observation {
  /** Differs from the control's usual severity; `unproven` when the facts are missing. */
  severity?: Severity;
  region: RegionId | null;
  /** Empty: it is about the instance. */
  points: readonly HeldPoint[];
  sinceMs: number | null;
  /** Whoever asks did not read the facts, although they are there: as in a plan. */
  notRead?: true;
  evidence: string;
  mend: string;
}

/**
 * One thing that can be shown. It looks at copies that exist and at when they were verified, never at schedules. When the system
 * does not have the facts it says so (`unproven`); an empty answer means that the control is met.
 */
export interface Control {
  /** As in cbcr.yaml. */
  readonly name: string;
  readonly about: string;
  readonly severity: Exclude<Severity, 'unproven'>;
  readonly settings: readonly SettingName[];
  check(facts: ControlFacts, settings: ControlSettings): Observation[];
}

/** Nothing is known that would show it. `what` follows "cannot be shown:". */
export const cannotShow = (what: string, mend: string, region: RegionId | null = null): Observation => ({
  severity: 'unproven',
  region,
  points: [],
  sinceMs: null,
  evidence: `cannot be shown: ${what}`,
  mend,
});

/** As {@link cannotShow}, of facts that are there and were not read. */
export const wasNotRead = (what: string, region: RegionId | null = null): Observation => ({
  ...cannotShow(`${what} was not read`, 'run cbcr compliance check', region),
  notRead: true,
});
