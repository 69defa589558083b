import type { BlobStore } from '../blob-store.ts';
import type { ObjectLock } from '../lock/blob-locker.ts';
import { forwardTo } from './forward.ts';

/** Every object that is put is locked from its first moment; null: none is. */
export function withLock(store: BlobStore, lock: ObjectLock | null): BlobStore {
  if (lock === null) return store;
  return { ...forwardTo(store), put: (key, body, options) => store.put(key, body, { ...options, lock }) };
}
