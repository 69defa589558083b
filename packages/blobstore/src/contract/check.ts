import type { BlobStore, BlobStoreCapability } from '../blob-store.ts';

/** One promise of the port, tried on a real store. */
export interface StoreCheck {
  /** A sentence about the store that is true when the check passes. */
  name: string;
  /** The check says nothing about a store without this capability. */
  requires?: BlobStoreCapability;
  /** Writes only below `scope` (a prefix that ends with a slash and is empty at first). Throws when the promise is broken. */
  run(store: BlobStore, scope: string): Promise<void>;
}
