import type { ErrorReport, Run, RunId, RunProgress } from '@cbcr/domain';

/**
 * The runtime's view of the catalog. Each write names the epoch that the caller holds and is refused with `run.lost` when a newer
 * epoch exists or the run has ended.
 */
export interface RunLedger {
  /** Takes the run: epoch + 1, state running. Null when the run does not exist or has ended: the wake-up call is stale. */
  open(run: RunId, worker: string): Promise<Run | null>;
  /** Says that the worker lives and how far it is. Returns whether somebody asked to cancel. */
  heartbeat(run: RunId, epoch: number, progress: RunProgress | null): Promise<{ cancelRequested: boolean }>;
  succeed(run: RunId, epoch: number, result: unknown): Promise<void>;
  fail(run: RunId, epoch: number, error: ErrorReport): Promise<void>;
  cancel(run: RunId, epoch: number, error: ErrorReport): Promise<void>;
  /** The run waits for something that is away, until `notBefore`. Costs no attempt. */
  wait(run: RunId, epoch: number, error: ErrorReport, notBefore: Date): Promise<void>;
  /** Burns an attempt and waits until `notBefore`. Returns the attempts burnt so far. */
  retry(run: RunId, epoch: number, error: ErrorReport, notBefore: Date): Promise<number>;
  /** Hands the run back unfinished (the worker stops): state queued, no attempt burnt. */
  release(run: RunId, epoch: number): Promise<void>;
}
