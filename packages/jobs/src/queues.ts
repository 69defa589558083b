import {
  type CbcrError,
  type Clock,
  cancelChannelOf,
  type JobPayload,
  keyPrefixOf,
  type Priority,
  queueNameOf,
  type RegionId,
  type RequestAnswer,
  type RunId,
} from '@cbcr/domain';
import { Queue } from 'bullmq';
import type { KindCatalogue } from './handlers.ts';
import { queuePriorityOf } from './queue-priority.ts';
import { connectProducer, type ProducerConnection } from './redis-connection.ts';
import { translateRedisError } from './redis-errors.ts';
import { findEvictionProblem } from './redis-eviction.ts';
import { wakeUpJobOptions } from './wake-up-job-options.ts';

export interface QueuesOptions<Kinds extends KindCatalogue> {
  /** A region may name its own Redis. Regions with the same URL share one connection. */
  redisUrlFor(region: RegionId): string;
  readonly kinds: Kinds;
  readonly clock: Clock;
  /** Hears of broken connections, once per outage. */
  onError(error: CbcrError): void;
  /** Hears of a Redis that is set up in a way that loses jobs, once per connection. */
  onWarning?(warning: string): void;
  readonly namespace?: string;
}

export interface WakeUpCall<Name extends string = string> {
  readonly kind: Name;
  readonly region: RegionId;
  readonly runId: RunId;
  /** Among the runs of its kind. */
  readonly priority?: Priority | null;
  /** Not before this moment. Default: at once. */
  readonly notBefore?: Date;
}

export type WakeUpState = 'waiting' | 'delayed' | 'active' | 'absent';
export interface QueueCounts {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}
type BullQueue = Queue<JobPayload, RequestAnswer | undefined, string>;

/**
 * The producer's side of the queues. A job is a wake-up call named after its run, so every operation is idempotent.
 * All methods that talk to Redis refuse with `queue.unreachable` while it is away.
 */
export interface Queues<Name extends string = string> {
  /** No-op when the run's job waits, is delayed or is worked on. */
  enqueue(call: WakeUpCall<Name>): Promise<void>;
  /** One round trip per queue. */
  enqueueMany(calls: readonly WakeUpCall<Name>[]): Promise<void>;
  has(kind: Name, region: RegionId, runId: RunId): Promise<WakeUpState>;
  /** Makes a run due now: a delayed job is promoted, a missing one is added, any other is left alone. */
  wake(kind: Name, region: RegionId, runId: RunId): Promise<void>;
  /** True when no job of the run is left; false when a worker holds it, which must be told by the catalog's cancel flag. */
  remove(kind: Name, region: RegionId, runId: RunId): Promise<boolean>;
  counts(kind: Name, region: RegionId): Promise<QueueCounts>;
  /** Tells the region's workers at once that a run is to be cancelled. Only an accelerator: the catalog's flag is the truth. */
  announceCancel(region: RegionId, runId: RunId): Promise<void>;
  /** For Bull Board: the queues of every kind in these regions. */
  bullQueues(regions: readonly RegionId[]): readonly Queue[];
  close(): Promise<void>;
}

export function createQueues<Kinds extends KindCatalogue>(options: QueuesOptions<Kinds>): Queues<Extract<keyof Kinds, string>> {
  const { kinds, clock, namespace } = options;
  const connections = new Map<string, ProducerConnection>();
  const queues = new Map<string, BullQueue>();

  const connectionFor = (region: RegionId) => {
    const url = options.redisUrlFor(region);
    const known = connections.get(url);
    if (known) return known;
    const connection = connectProducer({ url, clock, onError: options.onError });
    connections.set(url, connection);
    connection.client.once('ready', () => {
      findEvictionProblem(connection.client).then(
        (problem) => problem !== null && options.onWarning?.(problem),
        (error) => options.onError(translateRedisError(error)),
      );
    });
    return connection;
  };

  const queueFor = (kind: string, region: RegionId): BullQueue => {
    const name = queueNameOf(kind, region);
    const known = queues.get(name);
    if (known) return known;
    const queue: BullQueue = new Queue(name, {
      connection: connectionFor(region).client,
      prefix: keyPrefixOf(region, namespace),
      defaultJobOptions: wakeUpJobOptions,
      // Both would make the queue wait for Redis, and a queue whose first wait failed is broken for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
    });
    // The connection reports its own errors; without a listener here they would end the process.
    queue.on('error', () => undefined);
    queues.set(name, queue);
    return queue;
  };

  const onQueue = <T>(kind: string, region: RegionId, command: (queue: BullQueue) => Promise<T>): Promise<T> =>
    connectionFor(region).run(() => command(queueFor(kind, region)));

  const jobOf = (call: WakeUpCall<Extract<keyof Kinds, string>>) => ({
    name: call.kind,
    data: { v: 1, runId: call.runId } satisfies JobPayload,
    opts: {
      jobId: call.runId,
      priority: queuePriorityOf(kinds[call.kind] ?? { priority: 1 }, call.priority ?? null),
      delay: call.notBefore ? Math.max(0, call.notBefore.getTime() - clock.now().getTime()) : 0,
    },
  });

  return {
    async enqueue(call) {
      const job = jobOf(call);
      await onQueue(call.kind, call.region, async (queue) => {
        await dropLeftover(queue, call.runId);
        await queue.add(job.name, job.data, job.opts);
      });
    },
    async enqueueMany(calls) {
      const perQueue = Map.groupBy(calls, (call) => queueNameOf(call.kind, call.region));
      await Promise.all(
        [...perQueue.values()].map(async (group) => {
          const [first] = group;
          if (first) await onQueue(first.kind, first.region, (queue) => queue.addBulk(group.map(jobOf)));
        }),
      );
    },
    has: (kind, region, runId) => onQueue(kind, region, async (queue) => wakeUpStateOf(await queue.getJobState(runId))),
    wake: (kind, region, runId) =>
      onQueue(kind, region, async (queue) => {
        await dropLeftover(queue, runId);
        const job = await queue.getJob(runId);
        if (!job) {
          const added = jobOf({ kind, region, runId });
          await queue.add(added.name, added.data, added.opts);
          return;
        }
        if ((await queue.getJobState(runId)) !== 'delayed') return;
        try {
          await job.promote();
        } catch (error) {
          // It became due between the two commands: nothing is left to do.
          if ((await queue.getJobState(runId)) === 'delayed') throw error;
        }
      }),
    remove: (kind, region, runId) => onQueue(kind, region, async (queue) => (await queue.remove(runId)) === 1),
    counts: (kind, region) =>
      onQueue(kind, region, async (queue) => {
        const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'active');
        return { waiting: (counts.wait ?? 0) + (counts.prioritized ?? 0), delayed: counts.delayed ?? 0, active: counts.active ?? 0 };
      }),
    announceCancel: async (region, runId) => {
      const connection = connectionFor(region);
      await connection.run(() => connection.client.publish(cancelChannelOf(region, namespace), runId));
    },
    bullQueues: (regions) => regions.flatMap((region) => Object.keys(kinds).map((kind) => queueFor(kind, region))),
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await Promise.allSettled([...connections.values()].map((connection) => connection.close()));
    },
  };
}

function wakeUpStateOf(state: string): WakeUpState {
  switch (state) {
    case 'waiting':
    case 'prioritized':
      return 'waiting';
    case 'delayed':
    case 'active':
      return state;
    default:
      return 'absent';
  }
}

/** A finished job that an older version left behind would make `add` a no-op for ever. */
async function dropLeftover(queue: BullQueue, runId: RunId): Promise<void> {
  const state = await queue.getJobState(runId);
  if (state === 'completed' || state === 'failed') await queue.remove(runId);
}
