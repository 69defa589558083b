import { type CbcrError, type Clock, isCbcrError, type RequestAnswer, type Run } from '@cbcr/domain';
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
  updateData(data: object): Promise<void>;
  moveToDelayed(timestampMs: number, token: string): Promise<void>;
}

/**
 * What becomes of the job once its run is settled:
 * `done`    it leaves the queue; the job of a request keeps its answer for the producer, and `wake` is the run that starts next
 * `refused` it leaves the queue as failed; BullMQ never retries it. `forget` replaces what the job held: it stays for its producer to see,
 *           and what was refused may have been a secret
 * `again`   it stays and is due after `pauseMs`; BullMQ counts no attempt
 */
export type JobEnding =
  | { readonly type: 'done'; readonly answer?: RequestAnswer; readonly wake?: Pick<Run, 'id' | 'priority'> }
  | { readonly type: 'refused'; readonly message: string; readonly forget?: object }
  | { readonly type: 'again'; readonly pauseMs: number };

/** Returns for BullMQ to complete the job, or throws what BullMQ understands. */
export async function endJob(
  ending: JobEnding,
  job: WakeUpJob,
  token: string,
  clock: Clock,
  log: RunLog,
): Promise<RequestAnswer | undefined> {
  switch (ending.type) {
    case 'done':
      return ending.answer;
    case 'refused':
      if (ending.forget)
        await job.updateData(ending.forget).catch((error) => log.warn({ error: messageOf(error) }, 'A refused job could not be emptied'));
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

/** How a producer reads a refusal from its failed job: the code, a colon, the sentence and the hint. */
export const describeRefusal = ({ code, message, hint }: CbcrError): string => `${code}: ${message} ${hint}`;
