import type { BlobStore } from '../blob-store.ts';
import { type ObserveStoreCall, withObservation } from './observation.ts';
import { withReadOnly } from './read-only.ts';
import { withRetry } from './retry.ts';
import type { RetryOptions } from './retrying.ts';

export interface StoreComposition extends RetryOptions {
  /** Gets every attempt, failed ones included: the health of a region is measured on what really happened. */
  observe?: ObserveStoreCall | undefined;
  readOnly?: boolean;
}

/** The one place that says which decorators a store gets, and in which order (the first acts nearest to the store). */
export function composeStore(adapterStore: BlobStore, { observe, readOnly = false, ...retry }: StoreComposition): BlobStore {
  const observed = observe === undefined ? adapterStore : withObservation(adapterStore, { observe, clock: retry.clock });
  const retried = withRetry(observed, retry);
  return readOnly ? withReadOnly(retried) : retried;
}
