import { CbcrError, type Clock, type IdFactory } from '@cbcr/domain';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { isTransient, translateError } from './translate-error.ts';

export interface CatalogOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  clock: Clock;
  ids: IdFactory;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Failures that no caller waits for: a listener that lost its connection, a handler that threw. */
  onError(error: unknown): void;
  /** Connections for queries; LISTEN and each leadership have their own. Default 8. */
  maxConnections?: number;
  /** A statement that takes longer is cancelled by the server. Default 30 s. */
  statementTimeoutMs?: number;
}

/** A pool or a transaction of it. */
export type Executor = PgDatabase<PostgresJsQueryResultHKT>;

/** What every group of queries needs. */
export interface QueryContext {
  db: PostgresJsDatabase;
  clock: Clock;
  ids: IdFactory;
  /**
   * Runs an operation, again when its connection broke or it collided with another (twice at most), and translates what it throws.
   * Every operation must therefore survive being repeated after a commit whose answer was lost.
   */
  attempt<Result>(operation: () => Promise<Result>): Promise<Result>;
}

export interface ConnectionSettings {
  url: string;
  applicationName: string;
  /** 0 means no limit. */
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  max: number;
  onClose?: () => void;
  onNotification?: (channel: string, payload: string) => void;
}

export const connectTimeoutMs = 10_000;

/** A postgres.js client with our time limits. `drizzle(client)` changes a client's parsers: give it one of its own. */
export function connect(settings: ConnectionSettings): postgres.Sql {
  const { max, onClose, onNotification } = settings;
  const options = {
    max,
    connect_timeout: connectTimeoutMs / 1000,
    // A pool gives idle connections back; a single connection carries a lock or a LISTEN and must never be recycled.
    ...(max > 1 ? { idle_timeout: 60 } : { max_lifetime: null, keep_alive: 10 }),
    fetch_types: false,
    onnotice: () => undefined,
    ...(onClose === undefined ? {} : { onclose: onClose }),
    ...(onNotification === undefined ? {} : { onnotify: onNotification }),
    connection: {
      application_name: settings.applicationName,
      statement_timeout: settings.statementTimeoutMs,
      lock_timeout: settings.lockTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
      // The server notices a client that vanished without a word, and frees its locks.
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
    },
  };
  return postgres(settings.url, options);
}

export function createQueryContext(options: CatalogOptions): QueryContext & { end(): Promise<void> } {
  const { clock, ids, statementTimeoutMs = 30_000 } = options;
  const client = connect({
    url: options.url,
    applicationName: options.applicationName,
    max: options.maxConnections ?? 8,
    statementTimeoutMs,
    lockTimeoutMs: Math.min(10_000, statementTimeoutMs),
  });
  // The server's own limits do not help when it never answers; a transaction has at most a few statements.
  const deadlineMs = connectTimeoutMs + 2 * statementTimeoutMs;
  return {
    db: drizzle(client),
    clock,
    ids,
    attempt: (operation) => attemptRepeatedly(clock, deadlineMs, operation),
    end: () => client.end({ timeout: 5 }),
  };
}

const pausesMs = [100, 500];

async function attemptRepeatedly<Result>(clock: Clock, deadlineMs: number, operation: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await withinDeadline(clock, deadlineMs, operation());
    } catch (error) {
      const pauseMs = pausesMs[attempt];
      if (pauseMs === undefined || !isTransient(error)) throw translateError(error);
      await clock.sleep(pauseMs);
    }
  }
}

/** postgres.js can wait for ever when a server closes the connection during start-up, so every wait ends here at the latest. */
export async function withinDeadline<Result>(clock: Clock, deadlineMs: number, work: Promise<Result>): Promise<Result> {
  const settled = new AbortController();
  const deadline = clock.sleep(deadlineMs, { signal: settled.signal, unref: true }).then(
    () => {
      throw new CbcrError('catalog.unreachable', { cause: `no answer within ${Math.round(deadlineMs / 1000)} s` });
    },
    // Settled in time: this side of the race has nothing to say.
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, deadline]);
  } finally {
    settled.abort();
  }
}
