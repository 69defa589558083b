import { type Clock, isCbcrError } from '@cbcr/domain';
import { DelayedError, UnrecoverableError } from 'bullmq';
import type { RunLog } from './job-kind.ts';

/** The part of a BullMQ job that the runtime uses. */
export interface WakeUpJob {
  readonly id?: string | undefined;
  readonly data: unknown;
  readonly progress: unknown;
  /** How many workers died while they held the job. */
  readonly stalledCounter: number;
  updateProgress(progress: object): Promise<void>;
  moveToDelayed(timestampMs: number, token: string): Promise<void>;
}

/**
 * What becomes of the job once its run is settled:
 * `done`    it leaves the queue
 * `refused` it leaves the queue as failed; BullMQ never retries it
 * `again`   it stays and is due after `pauseMs`; BullMQ counts no attempt
 */
export type JobEnding =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'again'; readonly pauseMs: number };

/** Returns for BullMQ to complete the job, or throws what BullMQ understands. */
export async function endJob(ending: JobEnding, job: WakeUpJob, token: string, clock: Clock, log: RunLog): Promise<void> {
  switch (ending.type) {
    case 'done':
      return;
    case 'refused':
      throw new UnrecoverableError(ending.message);
    case 'again':
      try {
        // Delayed even when due at once: a job that BullMQ moves straight back to the prioritised set wakes no idle worker.
        await job.moveToDelayed(clock.now().getTime() + ending.pauseMs, token);
      } catch (error) {
        // The lock is gone, so the job is somebody else's, or Redis forgot it: the reconciler wakes the run.
        log.warn({ error: messageOf(error) }, 'The job could not be put back into the queue');
      }
      throw new DelayedError();
  }
}

const messageOf = (error: unknown) => (isCbcrError(error) || error instanceof Error ? error.message : String(error));
