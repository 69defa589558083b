import type { InstanceId, RecoveryPointId, RegionId } from '@cbcr/domain';

/**
 * How grave a finding is, gravest first. `unproven` is its own kind: the system does not know the facts that would show that the control is
 * met. It is neither a violation nor a pass.
 */
export const severities = ['critical', 'major', 'minor', 'unproven'] as const;
export type Severity = (typeof severities)[number];

/** One way in which one instance does not meet one control, for all points that share it. */
export interface Finding {
  framework: string;
  control: string;
  severity: Severity;
  instance: InstanceId;
  /** Null when it is not about one region. */
  region: RegionId | null;
  /** The points concerned, newest capture first; empty when the finding is about the instance. */
  points: readonly RecoveryPointId[];
  /** Only what is said because whoever asks did not read the facts, although they are there. */
  notRead?: true;
  /** The earliest moment from which the facts show it; null when they do not tell. */
  since: Date | null;
  /** The facts, for people. */
  evidence: string;
  /** What to do about it. */
  mend: string;
}
