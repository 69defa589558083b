import { cancelChannelOf, type RegionId, type RunId, runIdSchema } from '@cbcr/domain';
import { closeConnection, connectWorker } from './redis-connection.ts';

export interface CancelChannelOptions {
  readonly redisUrl: string;
  readonly region: RegionId;
  readonly namespace?: string;
}

/**
 * Hears `queues.announceCancel`. Messages may be lost or come twice: a listener only looks sooner at what the catalog says, and the
 * heartbeat finds out anyway.
 */
export interface CancelChannel {
  close(): Promise<void>;
}

// Without the channel a cancel only takes a heartbeat longer, and the worker's own connection reports that Redis is away.
const nothing = () => undefined;

/** Subscribes now, and again by itself whenever the connection comes back. */
export function listenForCancels(options: CancelChannelOptions, onCancel: (runId: RunId) => void): CancelChannel {
  const client = connectWorker({ url: options.redisUrl, onError: nothing });
  client.on('message', (_channel, message) => {
    const runId = runIdSchema.safeParse(message);
    if (runId.success) onCancel(runId.data);
  });
  client.subscribe(cancelChannelOf(options.region, options.namespace)).catch(nothing);
  return { close: () => closeConnection(client) };
}
