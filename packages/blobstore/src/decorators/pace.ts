import type { BlobStore, PaceBody } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

/** Every body of `put` and `get` moves by `pace`. Goes around a composed store: the same store may serve several paces at once. */
export function withPace(store: BlobStore, pace: PaceBody): BlobStore {
  return {
    ...forwardTo(store),
    put: (key, body, options) => store.put(key, body, { ...options, pace }),
    get: (key, options) => store.get(key, { ...options, pace }),
  };
}
