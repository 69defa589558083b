import { CbcrError, isCbcrError, toCbcrError } from '@cbcr/domain';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What ioredis says of its own connection, and the answers of a Redis that cannot serve now: loading, read-only replica, full, failing over. */
const awayPatterns = [
  /^Connection is closed/,
  /Stream isn't writeable/,
  /^Command timed out/,
  /^connect ETIMEDOUT/,
  /max retries per request/,
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|OOM|NOREPLICAS)\b/,
];

/** `queue.unreachable` for everything that a later attempt may find cured; anything else is unexpected. */
export function translateRedisError(error: unknown): CbcrError {
  if (isCbcrError(error)) return error;
  if (!(error instanceof Error)) return toCbcrError(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const away =
    networkCodes.has(code) || error.name === 'MaxRetriesPerRequestError' || awayPatterns.some((pattern) => pattern.test(error.message));
  return away ? new CbcrError('queue.unreachable', { cause: error.message || code }, { cause: error }) : toCbcrError(error);
}
