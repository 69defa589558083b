import type { BlobStore, PaceBody } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

/**
 * Every body of `put` and `get` moves by `pace`, and then by that of the call, if it has one. Goes around a composed store: the same store may
 * serve several paces at once.
 */
export function withPace(store: BlobStore, pace: PaceBody): BlobStore {
  return {
    ...forwardTo(store),
    put: (key, body, options) => store.put(key, body, { ...options, pace: both(pace, options.pace) }),
    get: (key, options) => store.get(key, { ...options, pace: both(pace, options?.pace) }),
  };
}

function both(inner: PaceBody, outer: PaceBody | undefined): PaceBody {
  if (outer === undefined) return inner;
  const pace = (body: Parameters<PaceBody>[0], signal: AbortSignal | undefined) => outer(inner(body, signal), signal);
  return Object.assign(pace, { passes: () => inner.passes?.() === true && outer.passes?.() === true });
}
