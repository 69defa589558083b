import type { BlobStore, TransferOptions } from '../blob-store.ts';
import { runAttempt } from './attempt.ts';
import { forwardTo } from './forward.ts';
import { createHoldMeter, type HoldMeter, watchHolds } from './hold-meter.ts';
import type { StoreOperation } from './observation.ts';
import { retryList } from './retry-list.ts';
import { retryVersions } from './retry-versions.ts';
import { createRetrying, type RetryOptions } from './retrying.ts';

/** A connection over which nothing may move is closed by the store some time; that is the limit's doing, not the store's. */
const holdExplainsFailureMs = 5_000;
const mostFreeTries = 20;

/**
 * Tries a call again after `store.unreachable` and `store.failed`, with full jitter. Every attempt has a time limit.
 * Time for which a limit (`pace`) holds a call back counts neither against the time limit nor against the retries, and an attempt that broke
 * while it had been held back for long costs none: the next one waits for its first byte before it connects.
 * `ping` and `probe` are asked once: they want to know how the store is right now.
 */
export function withRetry(store: BlobStore, options: RetryOptions): BlobStore {
  const retrying = createRetrying(store.region, options);
  const { clock, answerTimeoutMs, transferTimeoutMs } = retrying;
  const { region } = store;

  const retry = async <Result>(
    operation: StoreOperation,
    limits: { timeoutMs: number; signal: AbortSignal | undefined; holds?: HoldMeter },
    call: (signal: AbortSignal, tries: number) => Promise<Result>,
  ): Promise<Result> => {
    const startedMs = clock.monotonicMs();
    const { timeoutMs, signal, holds } = limits;
    const heldMs = holds?.heldMs ?? (() => 0);
    let tries = 0;
    for (let failures = 0; ; ) {
      try {
        return await runAttempt({ clock, region, timeoutMs, heldMs, signal }, (attemptSignal) => call(attemptSignal, tries));
      } catch (error) {
        tries += 1;
        if (tries - failures > mostFreeTries || (holds?.recentHoldMs() ?? 0) < holdExplainsFailureMs) failures += 1;
        holds?.onHold(false);
        await retrying.waitOrThrow(error, { operation, failures, startedMs: startedMs + heldMs(), signal });
      }
    }
  };
  /** Every attempt paces again. */
  const transfer = ({ signal, pace, onHold }: TransferOptions) => {
    const limits = { timeoutMs: transferTimeoutMs, signal };
    if (pace === undefined) return { limits, pacing: {} };
    const holds = createHoldMeter(clock);
    const hear = (isHeld: boolean) => {
      holds.onHold(isHeld);
      onHold?.(isHeld);
    };
    return { limits: { ...limits, holds }, pacing: { pace: watchHolds(pace, hear) } };
  };

  return {
    ...forwardTo(store),
    put: (key, body, options) => {
      const { limits, pacing } = transfer(options);
      return retry('put', limits, (signal, tries) =>
        // The failed attempt may have stored the object all the same: finding our own bytes is then success.
        store.put(key, body, { ...(tries === 0 ? options : { ...options, ifAbsent: false }), ...pacing, signal }),
      );
    },
    get: (key, options = {}) => {
      const { limits, pacing } = transfer(options);
      return retry('get', limits, (signal) => store.get(key, { signal, ...pacing, memory: options.memory }));
    },
    head: (key, { signal } = {}) =>
      retry('head', { timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.head(key, { signal: attemptSignal })),
    delete: (key, { signal } = {}) =>
      retry('delete', { timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.delete(key, { signal: attemptSignal })),
    openEraser(permit) {
      const eraser = store.openEraser(permit);
      return {
        scope: eraser.scope,
        listVersions: (options) => retryVersions((bound) => eraser.listVersions(bound), options, retrying, region),
        lockOf: (version, { signal } = {}) =>
          retry('lock', { timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => eraser.lockOf(version, { signal: attemptSignal })),
        deleteVersions: (versions, { signal, fence } = {}) =>
          retry('erase', { timeoutMs: transferTimeoutMs, signal }, (attemptSignal) =>
            eraser.deleteVersions(versions, { signal: attemptSignal, fence }),
          ),
      };
    },
    list: (prefix, listOptions) => retryList(store, prefix, listOptions, retrying),
    probe: ({ signal } = {}) =>
      runAttempt({ clock, region, timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.probe({ signal: attemptSignal })),
    ping: ({ signal } = {}) =>
      runAttempt({ clock, region, timeoutMs: answerTimeoutMs, signal }, (attemptSignal) => store.ping({ signal: attemptSignal })),
  };
}
