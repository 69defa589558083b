import type { BlobStore } from '../blob-store.ts';
import { runAttempt } from './attempt.ts';
import { forwardTo } from './forward.ts';
import type { StoreOperation } from './observation.ts';
import { retryList } from './retry-list.ts';
import { createRetrying, type RetryOptions } from './retrying.ts';

/**
 * Tries a call again after `store.unreachable` and `store.failed`, with full jitter. Every attempt has a time limit.
 * `ping` and `probe` are asked once: they want to know how the store is right now.
 */
export function withRetry(store: BlobStore, options: RetryOptions): BlobStore {
  const retrying = createRetrying(store.region, options);
  const { clock, answerTimeoutMs, transferTimeoutMs } = retrying;
  const { region } = store;

  const retry = async <Result>(
    operation: StoreOperation,
    limits: { timeoutMs: number; signal: AbortSignal | undefined },
    call: (signal: AbortSignal, failures: number) => Promise<Result>,
  ): Promise<Result> => {
    const startedMs = clock.monotonicMs();
    for (let failures = 0; ; ) {
      try {
        return await runAttempt({ clock, region, ...limits }, (signal) => call(signal, failures));
      } catch (error) {
        failures += 1;
        await retrying.waitOrThrow(error, { operation, failures, startedMs, signal: limits.signal });
      }
    }
  };

  return {
    ...forwardTo(store),
    put: (key, body, { signal, ...options }) =>
      retry('put', { timeoutMs: transferTimeoutMs, signal }, (attemptSignal, failures) =>
        // The failed attempt may have stored the object all the same: finding our own bytes is then success.
        store.put(key, body, { ...(failures === 0 ? options : { ...options, ifAbsent: false }), signal: attemptSignal }),
      ),
    get: (key, { signal } = {}) =>
      retry('get', { timeoutMs: transferTimeoutMs, signal }, (attemptSignal) => store.get(key, { signal: attemptSignal })),
    head: (key, { signal } = {}) =>
      retry('head', { timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.head(key, { signal: attemptSignal })),
    delete: (key, { signal } = {}) =>
      retry('delete', { timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.delete(key, { signal: attemptSignal })),
    list: (prefix, listOptions) => retryList(store, prefix, listOptions, retrying),
    probe: ({ signal } = {}) =>
      runAttempt({ clock, region, timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.probe({ signal: attemptSignal })),
    ping: ({ signal } = {}) =>
      runAttempt({ clock, region, timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.ping({ signal: attemptSignal })),
  };
}
