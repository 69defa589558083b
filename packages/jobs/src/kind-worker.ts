import { CbcrError, type JobPayload, keyPrefixOf, queueNameOf, type RequestAnswer } from '@cbcr/domain';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ExecutionSetting } from './execution-setting.ts';
import type { BoundKind } from './handlers.ts';
import { endJob } from './job-ending.ts';
import { translateRedisError } from './redis-errors.ts';
import { executeWakeUp } from './run-execution.ts';
import { createWaker } from './waker.ts';

/** The BullMQ worker of one kind. */
export interface KindWorker {
  readonly kind: string;
  /** Fetches nothing more; what runs goes on. */
  pause(): Promise<void>;
  /** Waits for what runs, without limit: the caller brings the deadline. */
  close(): Promise<void>;
  /** True when it could work on one more job. */
  hasFreeHands(): boolean;
  /** On the Clock's monotonic time, when it last fetched a job (or was made). */
  lastFetchMs(): number;
  /** Jobs that a worker may fetch now; 0 while the queue is paused. */
  fetchableJobs(): Promise<number>;
}

/** After so many deaths BullMQ drops the job; our own rule (`maxFruitlessDeaths`) fails the run long before, unless it makes progress. */
const maxStalledCount = 20;

/**
 * BullMQ's own `maxStartedAttempts` stays off: every outage starts the job again, so a region that is down for an hour would use it up.
 * What it guards against, a job that kills its workers, is caught by counting deaths without progress.
 */
export function startKindWorker(bound: BoundKind, connection: Redis, setting: ExecutionSetting, namespace: string | undefined): KindWorker {
  const { kind } = bound;
  const { region, timing, clock, log, running } = setting;
  const waker = createWaker(kind, connection, setting, namespace);
  let busy = 0;
  let lastFetch = clock.monotonicMs();
  // BullMQ gives an AbortSignal only to a processor that declares three parameters.
  const processor = async (
    job: Job<JobPayload, RequestAnswer | undefined, string>,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RequestAnswer | undefined> => {
    busy++;
    lastFetch = clock.monotonicMs();
    try {
      const ending = await executeWakeUp(bound, job, signal, setting);
      if (ending.type === 'done' && ending.wake !== undefined) await waker.wake(ending.wake);
      return await endJob(ending, job, token ?? '', setting.machineClock, log);
    } finally {
      busy--;
    }
  };
  const worker = new Worker<JobPayload, RequestAnswer | undefined, string>(queueNameOf(kind.name, region), processor, {
    connection,
    prefix: keyPrefixOf(region, namespace),
    name: setting.workerId,
    concurrency: kind.concurrency,
    lockDuration: timing.lockDurationMs,
    stalledInterval: timing.stalledIntervalMs,
    maxStalledCount,
    // A wake-up can get lost with the connection of a worker that was just closing; idle workers then look by themselves, after 5 s by default.
    drainDelay: 1,
    // While Redis is away BullMQ asks again after this time, 15 s by default: too long for a restart of Redis.
    runRetryDelay: 1_000,
  });
  worker.on('error', (error) => {
    const translated = translateRedisError(error);
    // The connection itself reports that Redis is away, once.
    if (translated.code !== 'queue.unreachable')
      log.warn({ kind: kind.name, error: translated.toReport() }, 'The queue worker reports a problem');
  });
  worker.on('lockRenewalFailed', (jobIds: string[]) => {
    for (const jobId of jobIds) running.findByJob(jobId)?.abort.abort(new CbcrError('run.lost', { run: jobId }));
  });
  worker.on('failed', (job) => {
    if (job?.deferredFailure)
      log.error({ kind: kind.name, job: job.id, cause: job.deferredFailure }, 'The queue gave a job up; the reconciler wakes its run');
  });
  return {
    kind: kind.name,
    pause: () => worker.pause(true),
    async close() {
      await Promise.all([worker.close(), waker.close()]);
    },
    hasFreeHands: () => busy < kind.concurrency,
    lastFetchMs: () => lastFetch,
    async fetchableJobs() {
      if (await connection.hexists(worker.toKey('meta'), 'paused')) return 0;
      const [waiting, prioritized] = await Promise.all([
        connection.llen(worker.toKey('wait')),
        connection.zcard(worker.toKey('prioritized')),
      ]);
      return waiting + prioritized;
    },
  };
}
