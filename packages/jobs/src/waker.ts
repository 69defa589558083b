import { type JobPayload, keyPrefixOf, queueNameOf, type Run } from '@cbcr/domain';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ExecutionSetting } from './execution-setting.ts';
import type { JobKind } from './job-kind.ts';
import { queuePriorityOf } from './queue-priority.ts';
import { translateRedisError } from './redis-errors.ts';
import { wakeUpJobOptions } from './wake-up-job-options.ts';

/**
 * Wakes runs that a worker made out of requests, so that a producer's work starts also while no scheduler runs. The relay does it as
 * well: the job is named after the run, so that the second one changes nothing. Never rejects.
 */
export interface Waker {
  wake(run: Pick<Run, 'id' | 'priority'>): Promise<void>;
  close(): Promise<void>;
}

export function createWaker(kind: JobKind, connection: Redis, { region, log }: ExecutionSetting, namespace: string | undefined): Waker {
  let queue: Queue<JobPayload> | undefined;
  const open = () => {
    queue ??= new Queue<JobPayload>(queueNameOf(kind.name, region), {
      connection,
      prefix: keyPrefixOf(region, namespace),
      defaultJobOptions: wakeUpJobOptions,
      skipWaitingForReady: true,
      skipVersionCheck: true,
    }).on('error', () => undefined);
    return queue;
  };
  return {
    async wake({ id: runId, priority }) {
      try {
        await open().add(kind.name, { v: 1, runId }, { jobId: runId, priority: queuePriorityOf(kind, priority) });
      } catch (error) {
        log.warn({ error: translateRedisError(error).toReport(), runId }, 'The run of a request could not be woken: the scheduler does it');
      }
    },
    close: async () => queue?.close(),
  };
}
