/** Who asked, for runs and the audit trail. One token serves everybody, so there is one name. */
export const requester = 'api';

/** The same key always gives the same run. Bounded, because it is kept for ever. */
export function readIdempotencyKey(headers: Record<string, unknown>): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? `api:${key.slice(0, 200)}` : undefined;
}
