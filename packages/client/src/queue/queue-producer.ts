// biome-ignore lint/plugin/system-clock: other services use this producer, and they have no Clock to hand in.
import { type Clock, jobPayloadVersion, type RequestPayload, requestAnswerSchema, requestJobIdOf, systemClock } from '@cbcr/domain';
import type { Queue } from 'bullmq';
import { queueError, RequestRefusedError } from './queue-error.ts';
import { openRedisQueues } from './redis-queues.ts';
import { type AskBackup, type AskReplicate, type AskRestore, type AskVerify, type EnqueuedRequest, readAsk } from './requests.ts';

export interface QueueProducerOptions {
  /** The region's Redis, `redis://` or `rediss://`. */
  redisUrl: string;
  /** Only where several products share one Redis. */
  namespace?: string;
  /** How long a call waits for a Redis that is away, milliseconds. Default 30,000. */
  patienceMs?: number;
  /** For tests. */
  clock?: Clock;
}

interface Waiting {
  signal?: AbortSignal | undefined;
  /** Absent: until a worker answers, which may take as long as the work before it. */
  timeoutMs?: number | undefined;
  /** Between two looks. Default 250. */
  pollMs?: number | undefined;
}

/**
 * Every call may be repeated with the same request id: it is one request, and becomes one run. Calls reject with a `QueueError` when the
 * request is not valid or Redis stays away.
 */
export interface QueueProducer {
  enqueueBackup(ask: AskBackup): Promise<EnqueuedRequest>;
  enqueueReplicate(ask: AskReplicate): Promise<EnqueuedRequest>;
  enqueueVerify(ask: AskVerify): Promise<EnqueuedRequest>;
  enqueueRestore(ask: AskRestore): Promise<EnqueuedRequest>;
  /**
   * The id of the run that the request became. A request that Redis lost is put back, a Redis that is away is waited for. Rejects with
   * `RequestRefusedError` when a worker says no, and with `request.unanswered` after `timeoutMs`.
   */
  waitForAcceptance(enqueued: EnqueuedRequest, options?: Waiting): Promise<string>;
  /** True when the request is gone and will not become a run; false when a worker has it already: then cancel its run over HTTP. */
  withdraw(enqueued: EnqueuedRequest): Promise<boolean>;
  close(): Promise<void>;
}

/** Answers stay a day for their producers, bounded per queue. */
const kept = { age: 24 * 60 * 60, count: 1_000 };

export function createQueueProducer(options: QueueProducerOptions): QueueProducer {
  const { redisUrl, namespace, patienceMs = 30_000, clock = systemClock } = options;
  const queues = openRedisQueues({ redisUrl, namespace, clock });
  const placeOf = ({ request, region }: EnqueuedRequest) => ({ kind: request.kind, region });

  const enqueue = async (enqueued: EnqueuedRequest): Promise<EnqueuedRequest> => {
    await queues.run(placeOf(enqueued), patienceMs, undefined, async (queue) => {
      // What was refused before may be allowed by now.
      const former = await queue.getJob(requestJobIdOf(enqueued.requestId));
      if (former && (await former.isFailed())) await former.remove();
      await add(queue, enqueued);
    });
    return enqueued;
  };

  return {
    enqueueBackup: async (ask) => enqueue(readAsk('backup', { ...ask })),
    enqueueReplicate: async (ask) => enqueue(readAsk('replicate', { ...ask })),
    enqueueVerify: async (ask) => enqueue(readAsk('verify', { ...ask })),
    enqueueRestore: async (ask) => enqueue(readAsk('restore', { ...ask })),
    async waitForAcceptance(enqueued, { signal, timeoutMs = Number.POSITIVE_INFINITY, pollMs = 250 } = {}) {
      const { requestId, region } = enqueued;
      const beganMs = clock.monotonicMs();
      const leftMs = () => timeoutMs - (clock.monotonicMs() - beganMs);
      for (;;) {
        const runId = await queues.run(placeOf(enqueued), leftMs(), signal, (queue) => readAnswer(queue, enqueued));
        if (runId instanceof RequestRefusedError) throw runId;
        if (runId !== null) return runId;
        if (leftMs() <= pollMs) {
          throw queueError('request.unanswered', { request: requestId, region, seconds: Math.round(timeoutMs / 1000) });
        }
        await clock.sleep(pollMs, { signal });
      }
    },
    withdraw: (enqueued) =>
      queues.run(placeOf(enqueued), patienceMs, undefined, async (queue) => {
        const state = await queue.getJobState(requestJobIdOf(enqueued.requestId));
        if (state === 'active' || state === 'completed') return false;
        return state === 'unknown' || (await queue.remove(requestJobIdOf(enqueued.requestId))) === 1;
      }),
    close: queues.close,
  };
}

/** No-op when the request stands in the queue, is worked on, or was answered. */
async function add(queue: Queue<RequestPayload>, { requestId, request }: EnqueuedRequest): Promise<void> {
  const payload = { v: jobPayloadVersion, requestId, request } satisfies RequestPayload;
  await queue.add(request.kind, payload, { jobId: requestJobIdOf(requestId), attempts: 1, removeOnComplete: kept, removeOnFail: kept });
}

/** Null while nobody has answered. A request that Redis does not know is put back. */
async function readAnswer(queue: Queue<RequestPayload>, enqueued: EnqueuedRequest): Promise<string | RequestRefusedError | null> {
  const { requestId } = enqueued;
  const state = await queue.getJobState(requestJobIdOf(requestId));
  if (state === 'unknown') await add(queue, enqueued);
  if (state !== 'completed' && state !== 'failed') return null;
  const job = await queue.getJob(requestJobIdOf(requestId));
  if (!job) return null;
  if (state === 'failed') return new RequestRefusedError(requestId, job.failedReason || 'run.unexpected: The worker left no reason.');
  return requestAnswerSchema.parse(job.returnvalue).runId;
}
