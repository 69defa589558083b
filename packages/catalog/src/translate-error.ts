import { CbcrError } from '@cbcr/domain';
import { DrizzleQueryError } from 'drizzle-orm';
import postgres from 'postgres';

/** What postgres.js and Node say when a connection cannot be made or breaks. */
const connectionCodes = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Server-side reasons for "not now": shutdown, start-up, too many connections, a standby after a failover. */
const unavailableStates = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '53200', '53100', '25006', '25P03']);
/** Deadlock and serialization failure: the transaction was undone and may run again at once. */
const conflictStates = new Set(['40001', '40P01']);
/** A statement or lock took longer than it may. */
const timeoutStates = new Set(['57014', '55P03']);

const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** Drizzle wraps every failure in an error that lists the parameters; only its cause may leave this package. */
const unwrap = (error: unknown): unknown => (error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error);

const isUnavailable = (code: string): boolean => connectionCodes.has(code) || unavailableStates.has(code) || code.startsWith('08');

/** Whether the same operation may succeed if it is repeated at once: the connection broke or two transactions collided. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(unwrap(error));
  return code !== null && (isUnavailable(code) || conflictStates.has(code));
}

/** Turns what a driver threw into the catalogue's codes. An error that is not the database's comes back as it is. */
export function translateError(thrown: unknown): unknown {
  const error = unwrap(thrown);
  if (error instanceof CbcrError) return error;
  const code = codeOf(error);
  if (code === null) return error;
  const cause = error instanceof Error ? error.message : code;
  if (isUnavailable(code) || timeoutStates.has(code)) return new CbcrError('catalog.unreachable', { cause }, { cause: error });
  if (!(error instanceof postgres.PostgresError)) return error;
  const facts = detailOf(error);
  if (code === 'ZC001') {
    const { what = 'a state', from = 'unknown', to = 'unknown' } = facts;
    return new CbcrError('run.transition-refused', { what, from, to }, { cause: error });
  }
  if (code === 'ZC002') return new CbcrError('run.lost', { run: facts.run ?? 'unknown' }, { cause: error });
  return new CbcrError('run.unexpected', { cause }, { cause: error });
}

function detailOf(error: InstanceType<typeof postgres.PostgresError>): Record<string, string> {
  if (!error.code.startsWith('ZC') || error.detail === undefined) return {};
  const detail: unknown = JSON.parse(error.detail);
  if (typeof detail !== 'object' || detail === null) return {};
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, String(value)]));
}
