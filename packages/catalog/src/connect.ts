import postgres from 'postgres';

export interface ConnectionSettings {
  url: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** 0 means no limit. */
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  /** Ends a connection that nobody used for so long; a connection that carries a lock or a LISTEN leaves it out. */
  idleTimeoutMs?: number;
  onClose?: () => void;
  onNotification?: (channel: string, payload: string) => void;
}

export const connectTimeoutMs = 10_000;

/**
 * A postgres.js client with one connection and our time limits. `drizzle(client)` changes how a client reads and writes dates: give it one of
 * its own.
 */
export function connect(settings: ConnectionSettings): postgres.Sql {
  const { idleTimeoutMs, onClose, onNotification } = settings;
  const options = {
    max: 1,
    connect_timeout: connectTimeoutMs / 1000,
    // Recycling by age would end leaderships and listeners.
    max_lifetime: null,
    keep_alive: 10,
    fetch_types: false,
    onnotice: () => undefined,
    ...(idleTimeoutMs === undefined ? {} : { idle_timeout: idleTimeoutMs / 1000 }),
    ...(onClose === undefined ? {} : { onclose: onClose }),
    ...(onNotification === undefined ? {} : { onnotify: onNotification }),
    connection: {
      application_name: settings.applicationName,
      statement_timeout: settings.statementTimeoutMs,
      lock_timeout: settings.lockTimeoutMs,
      // A plan made for an empty table reads all of it when it has grown; one that is made for the values of a batch costs the batch little.
      plan_cache_mode: 'force_custom_plan',
      idle_in_transaction_session_timeout: 60_000,
      // The server notices a client that vanished without a word, and frees its locks.
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
    },
  };
  return postgres(settings.url, options);
}
