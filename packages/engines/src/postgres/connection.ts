import { CbcrError } from '@cbcr/domain';
import { z } from 'zod';

/** A connection string taken apart. Holds the password: never to be logged. */
export interface PostgresConnection {
  /** A name, an address (IPv6 without brackets) or the folder of a unix socket (starts with `/`). */
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
  /** libpq parameters of the URL, such as `sslmode`; only keys of `parameterVariables`. */
  parameters: ReadonlyMap<string, string>;
}

/** The parameters that a URL may carry, and the environment variable by which each reaches a libpq tool. */
export const parameterVariables: ReadonlyMap<string, string> = new Map([
  ['application_name', 'PGAPPNAME'],
  ['channel_binding', 'PGCHANNELBINDING'],
  ['connect_timeout', 'PGCONNECT_TIMEOUT'],
  ['gssencmode', 'PGGSSENCMODE'],
  ['options', 'PGOPTIONS'],
  ['ssl_min_protocol_version', 'PGSSLMINPROTOCOLVERSION'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
]);

const noHost = 'no-host.invalid';
const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** A failure names what is wrong and never repeats the value: it may hold the password. */
export const connectionSchema = z.string().superRefine((text, issues) => {
  const result = readConnection(text);
  if (typeof result === 'string') issues.addIssue({ code: 'custom', message: result });
});

export function parseConnection(text: string): PostgresConnection {
  const result = readConnection(text);
  if (typeof result === 'string') throw new CbcrError('engine.connection-invalid', { engine: 'postgres', cause: result });
  return result;
}

/** `shop on 10.0.0.5:5432` */
export function describeConnection({ database, host, port }: PostgresConnection): string {
  const place = host.startsWith('/') ? `${host} (port ${port})` : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `${database} on ${place}`.replace(/\p{Cc}/gu, '?');
}

export function secretsOf(connection: PostgresConnection): readonly string[] {
  return connection.password === null ? [] : [connection.password];
}

/** The connection, or what is wrong with it. */
function readConnection(text: string): PostgresConnection | string {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'it does not start with postgres://';
  // A URL with a user but without a host is common for unix sockets (`postgres://user@/shop?host=/tmp`), and no URL to Node.
  const filled = text.replace(/^([^/]+:\/\/[^/?#]*@)(?=[:/?#]|$)/, `$1${noHost}`);
  if (!URL.canParse(filled)) return 'it is not a URL (one host only; special characters of user and password percent-encoded)';
  const url = new URL(filled);
  const query = new Map(url.searchParams);
  const take = (key: string) => {
    const value = query.get(key);
    query.delete(key);
    return value === '' ? undefined : value;
  };
  const parts = {
    host: take('host') ?? decoded(url.hostname === noHost ? '' : url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: take('port') ?? (url.port || '5432'),
    user: take('user') ?? decoded(url.username),
    password: take('password') ?? decoded(url.password),
    database: take('dbname') ?? decoded(rawPath(filled)),
  };
  for (const [part, value] of Object.entries(parts)) {
    if (value === undefined) return `the ${part} is not properly percent-encoded`;
    if (value.includes('\0')) return `the ${part} holds a zero byte`;
    if (value === '' && part !== 'password') return `it names no ${part}`;
  }
  const { host = '', user = '', password = '', database = '' } = parts;
  if (host.includes(',')) return 'it names several hosts; all streams of a capture have to come from one server';
  const port = Number(parts.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) return 'the port is not a number from 1 to 65535';
  for (const [key, value] of query) {
    if (!parameterVariables.has(key))
      return `the parameter ${JSON.stringify(key)} is not known; known are host, port, ${[...parameterVariables.keys()].join(', ')}`;
    if (value.includes('\0')) return `the parameter ${key} holds a zero byte`;
  }
  const sslmode = query.get('sslmode');
  if (sslmode !== undefined && !sslModes.includes(sslmode)) return `sslmode is none of ${sslModes.join(', ')}`;
  if (sslmode?.startsWith('verify-') && !query.has('sslrootcert')) return `sslmode=${sslmode} needs sslrootcert`;
  return { host, port, user, password: password === '' ? null : password, database, parameters: query };
}

/** As it is written: URL takes `.` and `..` for folders, and a database may be called so. */
const rawPath = (text: string): string => /^[^:]+:\/\/[^/?#]*\/([^?#]*)/.exec(text)?.[1] ?? '';

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
