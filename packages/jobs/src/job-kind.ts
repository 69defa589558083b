import type { RegionId, Run } from '@cbcr/domain';
import type { z } from 'zod';

/** Where a kind's queue stands: in the instance's home region, in the region that receives data, where the copy is, or where a store is. */
export type RunsIn = 'home' | 'target' | 'copy' | 'store';

/**
 * A job kind is data plus one function. Shared code (queues, runtime, relay, reconciler, API) reads these properties and never a name.
 */
export interface JobKind<Name extends string = string, Params = unknown, Result = unknown> {
  readonly name: Name;
  readonly runsIn: RunsIn;
  readonly params: z.ZodType<Params>;
  readonly result: z.ZodType<Result>;
  /** Runs of this kind that one worker process works on at a time. */
  readonly concurrency: number;
  /** Attempts that defects may burn before the run fails; outages cost none. */
  readonly maxAttempts: number;
  /** BullMQ priority, 1 is first. Restore before backup before debt. */
  readonly priority: number;
}

export interface RunContext<Params> {
  run: Run;
  params: Params;
  region: RegionId;
  /** Fencing token: pass it to every write in the catalog. */
  epoch: number;
  /** Aborts when the run is cancelled, the lock is lost or the worker stops. Its reason is the CbcrError to end with. */
  signal: AbortSignal;
  /**
   * When this start was the run's holder for certain, by the monotonic clock: the moment of the last question that the ledger answered so, once a second. Between
   * that and now a process may have been asleep, and another one may be at it.
   */
  heldAtMs(): number;
  /** May be called at any rate; at most one write a second leaves the process. */
  progress(progress: NonNullable<Run['progress']>): void;
  log: RunLog;
}

/** The part of a pino logger that a handler uses. */
export interface RunLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** The same log with more facts in every line. */
  child(facts: object): RunLog;
}

/** May run twice, be killed anywhere, and continue from its last durable segment. */
export type JobHandler<Params, Result> = (context: RunContext<Params>) => Promise<Result>;
