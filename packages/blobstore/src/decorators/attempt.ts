import { CbcrError, type Clock, type RegionId } from '@cbcr/domain';
import { untilAborted } from '../until-aborted.ts';

export interface AttemptLimits {
  clock: Clock;
  region: RegionId;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `call` once with a signal of its own, which aborts with the caller's signal or after `timeoutMs` (`store.unreachable`). Settles at
 * once when that happens, even if `call` does not listen: a read from a dead network file system cannot be interrupted.
 */
export function runAttempt<Result>(
  { clock, region, timeoutMs, signal }: AttemptLimits,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const attempt = new AbortController();
  const finished = new AbortController();
  const onCallerAbort = () => attempt.abort(signal?.reason);
  // A listener that is removed again instead of AbortSignal.any: the caller's signal can live for hours and thousands of calls.
  signal?.addEventListener('abort', onCallerAbort, { once: true });
  clock.sleep(timeoutMs, { signal: finished.signal, unref: true }).then(
    () => attempt.abort(new CbcrError('store.unreachable', { region, cause: `no answer within ${timeoutMs} ms` })),
    () => undefined,
  );
  return untilAborted(call(attempt.signal), attempt.signal).finally(() => {
    signal?.removeEventListener('abort', onCallerAbort);
    finished.abort('finished');
  });
}
