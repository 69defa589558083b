import { CbcrError, isCbcrError } from '@cbcr/domain';
import { ChildFailure } from '../child-process/child-process.ts';
import { redactSecrets } from '../redact-secrets.ts';
import { describeConnection, type PostgresConnection, secretsOf } from './connection.ts';

/** What an otherwise unexplained failure becomes: the phase knows. */
export type Fallback = (cause: string) => CbcrError;

const unreachableCodes = new Set([
  // postgres.js
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  // the system
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // the server: too many connections, shutting down, crashed, starting up
  '53300',
  '57P01',
  '57P02',
  '57P03',
]);
const deniedCodes = new Set(['28000', '28P01', '42501']);

/** An error of the connection becomes an error of the catalogue, by its SQLSTATE or its system code. A `CbcrError` passes. */
export function translateServerError(error: unknown, connection: PostgresConnection, fallback: Fallback): CbcrError {
  if (isCbcrError(error)) return error;
  if (error instanceof ChildFailure) return translateToolFailure(error, connection, fallback);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const cause = /^CONNECT(?:ION)?_/.test(code) ? 'the connection was closed' : oneLine(message, connection) || code;
  return known(kindOfCode(code), connection, cause) ?? fallback(cause);
}

type Kind = 'denied' | 'missing' | 'unreachable' | 'unknown';

function kindOfCode(code: string): Kind {
  if (deniedCodes.has(code)) return 'denied';
  if (code === '3D000') return 'missing';
  return unreachableCodes.has(code) || code.startsWith('08') ? 'unreachable' : 'unknown';
}

/** A tool reports in words alone; these are its own (LC_ALL=C), or those of a server that speaks English. */
const toolPatterns: readonly (readonly [RegExp, Kind])[] = [
  [
    /password authentication failed|no pg_hba\.conf entry|permission denied|must be (?:owner|superuser|member)|row-level security policy/i,
    'denied',
  ],
  [/database ".*" does not exist/i, 'missing'],
  [
    /could not connect|connection to server .* failed|server closed the connection|terminating connection|is starting up|is shutting down|too many (?:clients|connections)/i,
    'unreachable',
  ],
];

function translateToolFailure(failure: ChildFailure, connection: PostgresConnection, fallback: Fallback): CbcrError {
  if (failure.spawnCode === 'ENOENT') return new CbcrError('engine.tool-missing', { tool: failure.tool }, { cause: failure });
  const said = errorLine(failure.stderrTail);
  const cause = oneLine(said === '' ? failure.message : `${failure.message}: ${said}`, connection);
  const kind = toolPatterns.find(([pattern]) => pattern.test(failure.stderrTail))?.[1] ?? 'unknown';
  return known(kind, connection, cause) ?? fallback(cause);
}

function known(kind: Kind, connection: PostgresConnection, cause: string): CbcrError | undefined {
  const database = describeConnection(connection);
  if (kind === 'denied') return new CbcrError('engine.denied', { database, cause });
  if (kind === 'missing') return new CbcrError('engine.database-missing', { database });
  return kind === 'unreachable' ? new CbcrError('engine.unreachable', { database, cause }) : undefined;
}

/** The last line that reports an error; DETAIL and CONTEXT stay out, as they quote rows of the customer's tables. */
function errorLine(stderrTail: string): string {
  const lines = stderrTail.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /\b(?:error|FATAL|ERROR): /.test(line));
  // What pg_restore says last when one of its parallel jobs ends: the job itself said why before.
  return errors.findLast((line) => !line.includes('a worker process died unexpectedly')) ?? errors.at(-1) ?? '';
}

function oneLine(text: string, connection: PostgresConnection): string {
  const line = redactSecrets(text, secretsOf(connection)).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}
