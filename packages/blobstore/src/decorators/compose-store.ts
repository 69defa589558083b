import type { BlobStore } from '../blob-store.ts';
import { withConcurrencyLimit } from './concurrency-limit.ts';
import { type ObserveStoreCall, withObservation } from './observation.ts';
import { withReadOnly } from './read-only.ts';
import { withRetry } from './retry.ts';
import type { RetryOptions } from './retrying.ts';

export interface StoreComposition extends RetryOptions {
  /** Gets every attempt, failed ones included: the health of a region is measured on what really happened. */
  observe?: ObserveStoreCall | undefined;
  /** Calls at once, over all users of this store; 48 when absent. */
  maxCalls?: number;
  readOnly?: boolean;
}

/**
 * The one place that says which decorators a store gets, and in which order (the first acts nearest to the store). The limit is outside
 * the retries, so that the time of an attempt is the store's own and a store in trouble is not pressed harder.
 */
export function composeStore(adapterStore: BlobStore, composition: StoreComposition): BlobStore {
  const { observe, maxCalls, readOnly = false, ...retry } = composition;
  const observed = observe === undefined ? adapterStore : withObservation(adapterStore, { observe, clock: retry.clock });
  const retried = withRetry(observed, retry);
  const limited = withConcurrencyLimit(retried, maxCalls === undefined ? {} : { maxCalls });
  return readOnly ? withReadOnly(limited) : limited;
}
