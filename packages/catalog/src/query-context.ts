import type { Clock, IdFactory } from '@cbcr/domain';
import { connectTimeoutMs } from './connect.ts';
import type { Executor } from './executor.ts';
import { createPool, inTransaction, type Session } from './pool.ts';
import { withAuditEvents } from './queries/audit.ts';
import { isTransient, translateError } from './translate-error.ts';

export type { Executor } from './executor.ts';

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

/**
 * What every group of queries needs. Both ways to run an operation repeat it, twice at most, when its connection broke or it collided with
 * another, and translate what it throws. Every operation must therefore survive being repeated after a commit whose answer was lost.
 */
export interface QueryContext {
  clock: Clock;
  ids: IdFactory;
  attempt<Result>(operation: (db: Executor) => Promise<Result>): Promise<Result>;
  /** All or nothing. Audit events of the operation are appended at its end. */
  transact<Result>(operation: (tx: Executor) => Promise<Result>): Promise<Result>;
}

export interface ConnectedContext extends QueryContext {
  /** For statements that drizzle does not know. Dates are strings here. */
  withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  end(): Promise<void>;
}

const pausesMs = [100, 500];
/** An attempt that already took longer was no hiccup: the caller hears of the outage instead of waiting through it again. */
const retryWithinMs = 5_000;

export function createQueryContext(options: CatalogOptions): ConnectedContext {
  const { url, applicationName, clock, ids, maxConnections = 8, statementTimeoutMs = 30_000 } = options;
  const settings = {
    url,
    applicationName,
    statementTimeoutMs,
    lockTimeoutMs: Math.min(10_000, statementTimeoutMs),
    idleTimeoutMs: 60_000,
  };
  // The server's own limits do not help when it never answers; an operation is a few statements.
  const pool = createPool(settings, maxConnections, connectTimeoutMs + 2 * statementTimeoutMs, clock);

  async function withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const began = clock.monotonicMs();
    for (let attempt = 0; ; attempt++) {
      try {
        return await pool.use(work);
      } catch (error) {
        const pauseMs = pausesMs[attempt];
        const isPatient = clock.monotonicMs() - began < retryWithinMs;
        if (pauseMs === undefined || !isPatient || !isTransient(error)) throw translateError(error);
        await clock.sleep(pauseMs);
      }
    }
  }

  return {
    clock,
    ids,
    attempt: (operation) => withSession(({ db }) => operation(db)),
    transact: (operation) => withSession((session) => inTransaction(session, (tx) => withAuditEvents(tx, operation))),
    withSession,
    end: pool.end,
  };
}
