import type { BlobStore } from '../blob-store.ts';

/** Every call handed on as it is; a decorator replaces those that it changes. */
export function forwardTo(store: BlobStore): BlobStore {
  return {
    region: store.region,
    put: (key, body, options) => store.put(key, body, options),
    get: (key, options) => store.get(key, options),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (key, options) => store.delete(key, options),
    openEraser: (permit) => store.openEraser(permit),
    probe: (options) => store.probe(options),
    ping: (options) => store.ping(options),
    close: () => store.close(),
  };
}
