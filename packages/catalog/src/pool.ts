import { CbcrError, type Clock, isCbcrError } from '@cbcr/domain';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { type ConnectionSettings, connect } from './connect.ts';
import { withinDeadline } from './deadline.ts';

/** One connection, for one operation at a time. */
export interface Session {
  client: postgres.Sql;
  db: PostgresJsDatabase;
  /** True once the connection has closed; it is never made anew. */
  isBroken: boolean;
}

export interface Pool {
  /** Lends a session to `work`. Throws `catalog.unreachable` when there is no answer in time. */
  use<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  end(): Promise<void>;
}

/**
 * Sessions with one connection each, thrown away when the connection closes.
 *
 * The pool of postgres.js 3.4.9 cannot be used here. A transaction whose connection dies sends its ROLLBACK to a socket that is gone, from
 * a timer, which ends the process (porsager/postgres issues 1154 and 1208); and a connection that is made anew may begin with bytes that
 * were meant for the old one, and then never answers. A client with one connection that is not used again after it closed has neither.
 */
export function createPool(settings: ConnectionSettings, size: number, deadlineMs: number, clock: Clock): Pool {
  const idle: Session[] = [];
  const all = new Set<Session>();
  const waiting: PromiseWithResolvers<Session>[] = [];
  let isEnding = false;

  function openSession(): Session {
    const client = connect({ ...settings, onClose: () => discard(session) });
    const session: Session = { client, db: drizzle(preparing(client)), isBroken: false };
    all.add(session);
    return session;
  }

  function discard(session: Session): void {
    session.isBroken = true;
    const position = idle.indexOf(session);
    if (position !== -1) idle.splice(position, 1);
    if (!all.delete(session)) return;
    session.client.end({ timeout: 0 }).catch(() => undefined);
    const next = waiting.shift();
    if (next !== undefined) next.resolve(openSession());
  }

  function giveBack(session: Session): void {
    if (session.isBroken) return;
    const next = waiting.shift();
    if (next !== undefined) next.resolve(session);
    else idle.push(session);
  }

  async function acquire(): Promise<Session> {
    if (isEnding) throw new CbcrError('catalog.unreachable', { cause: 'the catalog was closed' });
    const session = idle.pop() ?? (all.size < size ? openSession() : null);
    if (session !== null) return session;
    const turn = Promise.withResolvers<Session>();
    waiting.push(turn);
    try {
      return await withinDeadline(clock, deadlineMs, turn.promise);
    } catch (error) {
      const position = waiting.indexOf(turn);
      if (position === -1) turn.promise.then(giveBack, () => undefined);
      else waiting.splice(position, 1);
      throw error;
    }
  }

  return {
    async use(work) {
      const session = await acquire();
      try {
        return await withinDeadline(clock, deadlineMs, work(session));
      } catch (error) {
        // Nobody knows what the server still does for an operation that got no answer.
        if (isCbcrError(error, 'catalog.unreachable')) discard(session);
        throw error;
      } finally {
        giveBack(session);
      }
    },
    async end() {
      isEnding = true;
      for (const turn of waiting.splice(0)) turn.reject(new CbcrError('catalog.unreachable', { cause: 'the catalog was closed' }));
      await Promise.all([...all].map((session) => session.client.end({ timeout: 5 })));
    },
  };
}

/** Longer lists are of ever other lengths: each would leave a statement of its own with the server. */
const preparedParameters = 32;

/**
 * Drizzle asks for no prepared statements, so the driver would describe every statement to itself again, in a round trip of its own, and the
 * server would plan it again. A session's statements are few and end with it.
 */
function preparing(client: postgres.Sql): postgres.Sql {
  const unsafe: postgres.Sql['unsafe'] = (query, parameters = [], options = {}) =>
    client.unsafe(query, parameters, { ...options, prepare: parameters.length > 0 && parameters.length <= preparedParameters });
  return new Proxy(client, { get: (target, name) => (name === 'unsafe' ? unsafe : Reflect.get(target, name)) });
}

/** Runs `work` between BEGIN and COMMIT. A broken connection undoes the transaction by itself. */
export async function inTransaction<Result>(session: Session, work: (tx: PostgresJsDatabase) => Promise<Result>): Promise<Result> {
  const { client, db } = session;
  await client.unsafe('begin');
  try {
    const result = await work(db);
    await client.unsafe('commit');
    return result;
  } catch (error) {
    if (!session.isBroken) await client.unsafe('rollback').catch(() => client.end({ timeout: 0 }));
    throw error;
  }
}
