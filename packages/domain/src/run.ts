import type { InstanceId, RecoveryPointId, RegionId, RunId } from './ids.ts';
import type { Priority } from './policy.ts';
import type { RunState } from './transitions.ts';

/** What is known of a failure: everything a person needs, nothing secret. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string;
}

/** How far a run has come. Numbers are bytes of plaintext unless the phase says otherwise. */
export interface RunProgress {
  phase: string;
  doneBytes: number;
  /** Null while the total is not known; an estimate before the end of a capture. */
  totalBytes: number | null;
  /** Per region: bytes stored there, for runs that write to several. */
  regions?: Record<string, { storedBytes: number; state: string }>;
  note?: string;
}

export interface Run {
  id: RunId;
  /** A job kind's name; kinds are declared in `@cbcr/jobs`. */
  kind: string;
  region: RegionId;
  /** Null for kinds that are about a region. */
  instance: InstanceId | null;
  point: RecoveryPointId | null;
  state: RunState;
  /** Rises by one whenever a worker opens the run; writes that carry an older epoch are refused. */
  epoch: number;
  attempts: number;
  params: unknown;
  result: unknown;
  error: ErrorReport | null;
  progress: RunProgress | null;
  /** Of the policy when the run was made; null: no policy said anything. */
  priority: Priority | null;
  cancelRequested: boolean;
  requestedBy: string;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  notBefore: Date | null;
}
