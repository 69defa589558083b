import { type CbcrError, type RegionId, type RunId, runIdSchema } from '@cbcr/domain';
import { cancelChannelOf } from './queue-names.ts';
import { closeConnection, connectWorker } from './redis-connection.ts';
import { translateRedisError } from './redis-errors.ts';

export interface CancelChannelOptions {
  readonly redisUrl: string;
  readonly region: RegionId;
  onError(error: CbcrError): void;
  readonly namespace?: string;
}

/**
 * Hears `queues.announceCancel`. Messages may be lost or come twice: a listener only looks sooner at what the catalog says, and the
 * heartbeat finds out anyway.
 */
export interface CancelChannel {
  close(): Promise<void>;
}

/** Subscribes now, and again by itself whenever the connection comes back. */
export function listenForCancels(options: CancelChannelOptions, onCancel: (runId: RunId) => void): CancelChannel {
  const client = connectWorker({ url: options.redisUrl, onError: options.onError });
  client.on('message', (_channel, message) => {
    const runId = runIdSchema.safeParse(message);
    if (runId.success) onCancel(runId.data);
  });
  client.subscribe(cancelChannelOf(options.region, options.namespace)).catch((error) => options.onError(translateRedisError(error)));
  return { close: () => closeConnection(client) };
}
