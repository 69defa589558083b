import { CbcrError, type Clock } from '@cbcr/domain';
import { Redis, type RedisOptions } from 'ioredis';
import { translateRedisError } from './redis-errors.ts';

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`. May hold a password, so it never appears in an error or a log line. */
  readonly url: string;
  /** Hears of the first error of every outage, not of each attempt to reconnect. */
  onError(error: CbcrError): void;
}

/** A connection that fails fast, for producers. */
export interface ProducerConnection {
  readonly client: Redis;
  /** Runs a command; whatever says that Redis is away becomes `queue.unreachable`. */
  run<T>(command: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const retryStrategy = (times: number) => Math.min(100 * 2 ** Math.min(times, 5), 2_000);
/** How long the first command waits for the connection to open, and any command for its answer. */
const patienceMs = 3_000;

/**
 * While Redis is away every command is refused at once instead of piling up in memory: the catalog's outbox keeps what could not be
 * enqueued. Only before the connection was ever open does a command wait a moment for it.
 */
export function connectProducer(options: RedisConnectionOptions & { readonly clock: Clock }): ProducerConnection {
  const client = connect(options, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: patienceMs });
  const opened = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  let everOpen = false;
  let opening: Promise<void> | undefined;
  client.once('ready', () => {
    everOpen = true;
  });
  return {
    client,
    async run(command) {
      if (client.status !== 'ready') {
        if (everOpen) throw new CbcrError('queue.unreachable', { cause: 'the connection is broken' });
        opening ??= firstOpening(client, opened, options.clock).finally(() => {
          opening = undefined;
        });
        await opening;
      }
      try {
        return await command();
      } catch (error) {
        throw translateRedisError(error);
      }
    },
    close: () => closeConnection(client),
  };
}

/** For workers and subscribers: waits as long as Redis is away. BullMQ demands that their commands are never given up. */
export function connectWorker(options: RedisConnectionOptions): Redis {
  return connect(options, { maxRetriesPerRequest: null });
}

/** A connection that BullMQ workers share, and the means to hang up all that they made of it. */
export interface SharedConnection {
  readonly client: Redis;
  /** Ends the connection and every duplicate at once, however Redis fares. */
  hangUp(): void;
  /** Hangs up all that look open and dials again; commands without an answer are sent again. */
  reconnect(): void;
}

/**
 * Each BullMQ worker duplicates the connection for its blocking reads, and gives the duplicate up only after Redis answered: with Redis
 * away it would try to reconnect for ever and keep a closed process alive.
 */
export function connectSharedWorker(options: RedisConnectionOptions): SharedConnection {
  const client = connectWorker(options);
  const duplicates: Redis[] = [];
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const made = duplicate(override);
    duplicates.push(made);
    return made;
  };
  return {
    client,
    hangUp() {
      for (const connection of [client, ...duplicates]) endConnection(connection);
    },
    reconnect() {
      for (const connection of [client, ...duplicates]) if (connection.status === 'ready') connection.disconnect(true);
    },
  };
}

/**
 * Always ends in 'end'. A `disconnect` between two attempts to reconnect only cancels the next attempt: the connection never says that it
 * has ended, and BullMQ, which waits for that, keeps its timers for ever.
 */
function endConnection(connection: Redis): void {
  if (connection.status === 'end') return;
  if (connection.status === 'reconnecting') connection.connect().catch(() => undefined);
  connection.disconnect();
}

/** Says goodbye where somebody listens, else just hangs up. */
export async function closeConnection(client: Redis): Promise<void> {
  try {
    if (client.status === 'ready') await client.quit();
  } catch {
    // The connection broke at the same moment: hanging up is all that is left.
  } finally {
    endConnection(client);
  }
}

type Patience = Pick<RedisOptions, 'enableOfflineQueue' | 'maxRetriesPerRequest' | 'commandTimeout'>;

function connect({ url, onError }: RedisConnectionOptions, options: Patience): Redis {
  const client = new Redis(url, { connectTimeout: 5_000, disconnectTimeout: 200, keepAlive: 10_000, retryStrategy, ...options });
  let reported = false;
  client.on('ready', () => {
    reported = false;
  });
  // Without a listener an 'error' event ends the process.
  client.on('error', (error: Error) => {
    if (!reported) onError(translateRedisError(error));
    reported = true;
  });
  return client;
}

async function firstOpening(client: Redis, opened: Promise<void>, clock: Clock): Promise<void> {
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const patience = new AbortController();
  const refuse = (error?: Error) => reject(translateRedisError(error ?? new Error('Connection is closed.')));
  client.once('error', refuse);
  client.once('end', refuse);
  try {
    await Promise.race([
      opened,
      refused,
      clock.sleep(patienceMs, { signal: patience.signal }).then(() => {
        throw new CbcrError('queue.unreachable', { cause: `no connection within ${patienceMs} ms` });
      }),
    ]);
  } finally {
    client.off('error', refuse);
    client.off('end', refuse);
    patience.abort();
  }
}
