import { CbcrError } from '@cbcr/domain';
import { Redis } from 'ioredis';

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`. May hold a password, so it never appears in an error. */
  readonly redisUrl: string;
  /** Hears of the first error of every outage, not of each attempt to reconnect. */
  onError?(error: CbcrError): void;
}

/** A command that is not answered for this long will not be of use any more. */
const patienceMs = 1_000;

/** Commands fail at once while Redis is away: nothing may pile up, and there is another way to go on. Reconnects for ever, quickly. */
export function connectRedis({ redisUrl, onError }: RedisConnectionOptions): Redis {
  const client = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: patienceMs,
    connectTimeout: 2_000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 4), 500),
  });
  let reported = false;
  client.on('ready', () => {
    reported = false;
  });
  // Without a listener an 'error' event ends the process.
  client.on('error', (error: Error) => {
    if (!reported) onError?.(unreachable(error));
    reported = true;
  });
  return client;
}

/** Waits for the first attempt to connect; at any other time there is nothing to wait for. Rejects when the attempt fails. */
export async function firstAttempt(client: Redis): Promise<void> {
  if (client.status !== 'connecting' && client.status !== 'connect') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onReady = () => resolve();
  const onClose = () => reject(new Error('no connection'));
  client.once('ready', onReady).once('close', onClose);
  try {
    await promise;
  } finally {
    client.off('ready', onReady).off('close', onClose);
  }
}

export function unreachable(error: unknown): CbcrError {
  const cause = error instanceof Error ? error.message || error.name : String(error);
  return new CbcrError('queue.unreachable', { cause }, { cause: error });
}

/** Always ends, whether or not anybody listens at the other side. */
export function hangUp(client: Redis): void {
  if (client.status === 'end') return;
  // A disconnect between two attempts to reconnect would only cancel the next attempt.
  if (client.status === 'reconnecting') client.connect().catch(() => undefined);
  client.disconnect();
}
