import { CbcrError, type RunId, runIdSchema } from '@cbcr/domain';
import { createRunAbort, type RunAbort } from './run-abort.ts';

/** What one worker process works on now. */
export interface RunningRuns {
  /** Null when the worker is stopping or already works on the run (a lost attempt that is still winding up). */
  begin(run: RunId): RunningRun | null;
  find(run: RunId): RunningRun | undefined;
  /** By the id of the queue job, which is the run's id. */
  findByJob(jobId: string): RunningRun | undefined;
  size(): number;
  /** From now on nothing begins, and everything that runs is told to hand its run back. */
  stopAll(): void;
  /** Stops waiting for handlers that ignore their abort. */
  abandonAll(): void;
  whenIdle(): Promise<void>;
}

export interface RunningRun {
  readonly abort: RunAbort;
  /** Set while a heartbeat is under way: asks the ledger at once whether the run was cancelled. */
  beatNow: () => void;
  end(): void;
}

export function createRunningRuns(): RunningRuns {
  const runs = new Map<RunId, RunningRun>();
  const idleWaiters: (() => void)[] = [];
  let stopping = false;
  return {
    begin(id) {
      if (stopping || runs.has(id)) return null;
      const run: RunningRun = {
        abort: createRunAbort(),
        beatNow: () => undefined,
        end: () => {
          runs.delete(id);
          if (runs.size === 0) for (const resolve of idleWaiters.splice(0)) resolve();
        },
      };
      runs.set(id, run);
      return run;
    },
    find: (id) => runs.get(id),
    findByJob: (jobId) => {
      const id = runIdSchema.safeParse(jobId);
      return id.success ? runs.get(id.data) : undefined;
    },
    size: () => runs.size,
    stopAll() {
      stopping = true;
      for (const [id, run] of runs) run.abort.abort(new CbcrError('run.handed-back', { run: id }));
    },
    abandonAll() {
      for (const run of runs.values()) run.abort.abandon();
    },
    whenIdle: () => (runs.size === 0 ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}
