import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { CbcrError, type Clock } from '@cbcr/domain';
import postgres from 'postgres';
import { readTlsMode } from './client-options.ts';
import { describeConnection, type PostgresConnection } from './connection.ts';
import { type Fallback, translateServerError } from './server-errors.ts';

const connectTimeoutMs = 15_000;

/** One connection that is never silently replaced by another: a transaction that was begun here is still open, or `lost` has fired. */
export interface Session {
  /** Parameters are text; values come back as text, numbers up to int4 or booleans. Rejects with a `CbcrError`, or the reason of an abort. */
  query<Row>(text: string, parameters?: readonly string[]): Promise<readonly Row[]>;
  /** Fires, with an `engine.unreachable`, when the connection ends in any other way than through `close` or an abort. */
  lost: AbortSignal;
  /** Never rejects. */
  close(): Promise<void>;
}

export interface SessionSettings {
  signal: AbortSignal;
  clock: Clock;
  fallback: Fallback;
  /** How the server calls the session, instead of what the connection says. */
  applicationName?: string;
}

export async function openSession(connection: PostgresConnection, settings: SessionSettings): Promise<Session> {
  const { signal, clock, fallback } = settings;
  signal.throwIfAborted();
  const translate = (error: unknown) => (signal.aborted ? signal.reason : translateServerError(error, connection, fallback));
  const lost = new AbortController();
  const life = new AbortController();
  let closing = false;

  let socket: Socket | undefined;
  // postgres.js gets its socket from here, because its own can neither be aborted while it connects nor be told not to reconnect.
  const openSocket = async () => {
    if (socket) throw unreachable(connection, 'the connection was closed');
    socket = connection.host.startsWith('/')
      ? connectSocket(`${connection.host}/.s.PGSQL.${connection.port}`)
      : connectSocket({ host: connection.host, port: connection.port });
    let brokenBy: unknown;
    socket.once('error', (error) => {
      brokenBy = error;
    });
    socket.once('close', () => {
      life.abort(brokenBy ?? unreachable(connection, 'the connection was closed'));
      if (!closing && !signal.aborted) lost.abort(translate(life.signal.reason));
    });
    await once(socket, 'connect');
    return Object.assign(socket, { host: connection.host, port: connection.port });
  };
  const close = async () => {
    closing = true;
    signal.removeEventListener('abort', onAbort);
    await sql.end({ timeout: 0 }).catch(() => undefined);
    socket?.destroy();
  };
  const onAbort = () => {
    socket?.destroy(new Error('aborted'));
  };

  // The declared options lack `socket`, which is documented.
  const clientOptions: postgres.Options<Record<string, never>> & { socket: () => Promise<Socket> } = {
    ...(await readClientOptions(connection, settings.applicationName)),
    socket: openSocket,
  };
  const sql = postgres(clientOptions);
  signal.addEventListener('abort', onAbort, { once: true });

  const query = async <Row>(text: string, parameters: readonly string[] = []): Promise<readonly Row[]> => {
    signal.throwIfAborted();
    lost.signal.throwIfAborted();
    try {
      return await untilAborted(sql.unsafe<(Row & Iterable<Row>)[]>(text, [...parameters]), life.signal);
    } catch (error) {
      throw translate(error);
    }
  };

  const deadline = new AbortController();
  const tooLate = clock.sleep(connectTimeoutMs, { signal: deadline.signal }).then(
    () => {
      throw unreachable(connection, `no answer within ${connectTimeoutMs / 1000} seconds`);
    },
    () => undefined,
  );
  try {
    await Promise.race([query('select 1'), tooLate]);
  } catch (error) {
    await close();
    throw error;
  } finally {
    deadline.abort();
  }
  return { query, lost: lost.signal, close };
}

async function readClientOptions(connection: PostgresConnection, applicationName: string | undefined) {
  const options = connection.parameters.get('options');
  return {
    // Never dialled, as the socket comes from us; without it the environment of this process would be asked.
    host: 'localhost',
    database: connection.database,
    user: connection.user,
    password: connection.password ?? '',
    ssl: await readTlsMode(connection),
    max: 1,
    connect_timeout: 0,
    idle_timeout: 0,
    // The default ends a connection after 30 to 60 minutes, and with it the snapshot of a long capture.
    max_lifetime: null,
    backoff: false,
    fetch_types: false,
    // No named statements: they break behind a pooler.
    prepare: false,
    onnotice: () => undefined,
    connection: {
      application_name: applicationName ?? connection.parameters.get('application_name') ?? 'cbcr',
      ...(options && { options }),
    },
  };
}

/** The query's result, unless its connection ends first: postgres.js leaves some queries of a dead connection pending for ever. */
async function untilAborted<T>(result: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

function unreachable(connection: PostgresConnection, cause: string): CbcrError {
  return new CbcrError('engine.unreachable', { database: describeConnection(connection), cause });
}
