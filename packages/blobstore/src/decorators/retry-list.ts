import type { BlobStore, ListedBlob, ListOptions } from '../blob-store.ts';
import { runAttempt } from './attempt.ts';
import type { Retrying } from './retrying.ts';

/** Lists on from the last key after a failure. The attempts are counted afresh whenever the listing has moved on. */
export async function* retryList(
  store: BlobStore,
  prefix: string,
  { signal, after: givenAfter }: ListOptions = {},
  retrying: Retrying,
): AsyncIterable<ListedBlob> {
  const { clock, answerTimeoutMs: timeoutMs } = retrying;
  let after = givenAfter;
  let failures = 0;
  let startedMs = clock.monotonicMs();
  for (;;) {
    const listing = openListing(store, prefix, { signal, after });
    try {
      for (;;) {
        const step = await runAttempt({ clock, region: store.region, timeoutMs, signal }, () => listing.next()).catch((error) => ({
          error,
        }));
        if ('error' in step) {
          failures += 1;
          await retrying.waitOrThrow(step.error, { operation: 'list', failures, startedMs, signal });
          break;
        }
        if (step.done === true) return;
        yield step.value;
        after = step.value.key;
        failures = 0;
        startedMs = clock.monotonicMs();
      }
    } finally {
      listing.cancel();
    }
  }
}

/** A listing that can be given up without waiting for it: a store that hangs also hangs in the iterator's own `return`. */
function openListing(store: BlobStore, prefix: string, { signal, after }: ListOptions) {
  const given = new AbortController();
  const onCallerAbort = () => given.abort(signal?.reason);
  signal?.addEventListener('abort', onCallerAbort, { once: true });
  if (signal?.aborted === true) onCallerAbort();
  const items = store.list(prefix, { signal: given.signal, after })[Symbol.asyncIterator]();
  return {
    next: () => items.next(),
    cancel() {
      signal?.removeEventListener('abort', onCallerAbort);
      given.abort('listing given up');
      items.return?.().catch(() => undefined);
    },
  };
}
