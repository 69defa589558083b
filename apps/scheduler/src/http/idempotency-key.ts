import { CbcrError } from '@cbcr/domain';

const longestKey = 200;

/** The same key always gives the same run. Bounded, because it is kept for ever; cut, two keys would become one. */
export function readIdempotencyKey(headers: Record<string, unknown>): string | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return undefined;
  if (key.length > longestKey) {
    throw new CbcrError('api.request-invalid', {
      cause: `the idempotency key has ${key.length} characters, at most ${longestKey} are allowed`,
    });
  }
  return `api:${key}`;
}
