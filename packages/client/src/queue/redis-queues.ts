import { type Clock, keyPrefixOf, queueNameOf, type RegionId, type RequestPayload } from '@cbcr/domain';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { queueError } from './queue-error.ts';

export interface RedisQueuesOptions {
  readonly redisUrl: string;
  readonly namespace?: string | undefined;
  readonly clock: Clock;
}

/** The queues of the kinds and regions, over one connection. */
export interface RedisQueues {
  /**
   * Runs a command, again and again while Redis is away; every command here is idempotent. Gives up after `patienceMs` with
   * `queue.unreachable`, or with the signal's reason.
   */
  run<Result>(
    at: { kind: string; region: RegionId },
    patienceMs: number,
    signal: AbortSignal | undefined,
    command: (queue: Queue<RequestPayload>) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

const retryMs = 250;

export function openRedisQueues({ redisUrl, namespace, clock }: RedisQueuesOptions): RedisQueues {
  // Commands fail at once while the connection is broken, so that the caller's patience decides and nothing piles up in memory.
  const connection = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 3_000,
    connectTimeout: 5_000,
    retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 5), 1_000),
  });
  // Without a listener an 'error' event ends the process; what failed tells its caller.
  connection.on('error', () => undefined);
  const queues = new Map<string, Queue<RequestPayload>>();

  const queueFor = (kind: string, region: RegionId) => {
    const name = queueNameOf(kind, region);
    const known = queues.get(name);
    if (known) return known;
    const queue = new Queue<RequestPayload>(name, {
      connection,
      prefix: keyPrefixOf(region, namespace),
      // Both would make the queue wait for Redis, and a queue whose first wait failed is broken for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
    });
    queue.on('error', () => undefined);
    queues.set(name, queue);
    return queue;
  };

  return {
    async run({ kind, region }, patienceMs, signal, command) {
      const beganMs = clock.monotonicMs();
      for (;;) {
        signal?.throwIfAborted();
        try {
          return await command(queueFor(kind, region));
        } catch (error) {
          if (clock.monotonicMs() - beganMs + retryMs > patienceMs) {
            throw queueError('queue.unreachable', { cause: error instanceof Error ? error.message : String(error) }, error);
          }
        }
        await clock.sleep(retryMs, { signal });
      }
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}
