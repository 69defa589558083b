import type { CallOptions } from '../call-options.ts';
import type { BlobLocker } from '../lock/blob-locker.ts';
import { runAttempt } from './attempt.ts';
import { retryVersions } from './retry-versions.ts';
import { createRetrying, type RetryOptions } from './retrying.ts';

/** Tries every call again after `store.unreachable` and `store.failed`, as a store's are: a lock that is set twice is set once. */
export function withLockerRetry(locker: BlobLocker, options: RetryOptions): BlobLocker {
  const { region } = locker;
  const retrying = createRetrying(region, options);
  const { clock, answerTimeoutMs: timeoutMs } = retrying;
  const retry = async <Result>({ signal }: CallOptions = {}, call: (options: CallOptions) => Promise<Result>): Promise<Result> => {
    const startedMs = clock.monotonicMs();
    for (let failures = 0; ; ) {
      try {
        return await runAttempt({ clock, region, timeoutMs, signal }, (attemptSignal) => call({ signal: attemptSignal }));
      } catch (error) {
        failures += 1;
        await retrying.waitOrThrow(error, { operation: 'lock', failures, startedMs, signal });
      }
    }
  };
  return {
    region,
    support: (given) => retry(given, (bound) => locker.support(bound)),
    listVersions: (prefix, given) => retryVersions((bound) => locker.listVersions(prefix, bound), given, retrying, region),
    getProtection: (version, given) => retry(given, (bound) => locker.getProtection(version, bound)),
    setLegalHold: (version, on, given) => retry(given, (bound) => locker.setLegalHold(version, on, bound)),
    extendLock: (version, lock, given) => retry(given, (bound) => locker.extendLock(version, lock, bound)),
    liftLock: (version, given) => retry(given, (bound) => locker.liftLock(version, bound)),
    close: () => locker.close(),
  };
}
