import { CbcrError, type Clock, type RegionId } from '@cbcr/domain';
import { untilAborted } from '../until-aborted.ts';
import { sleepUnheld } from './hold-meter.ts';

export interface AttemptLimits {
  clock: Clock;
  region: RegionId;
  timeoutMs: number;
  /** Time that does not count, because the caller's own limit held the call back. */
  heldMs?: (() => number) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `call` once with a signal of its own, which aborts with the caller's signal or after `timeoutMs` (`store.unreachable`). Settles at
 * once when that happens, even if `call` does not listen: a read from a dead network file system cannot be interrupted.
 */
export function runAttempt<Result>(
  { clock, region, timeoutMs, heldMs = () => 0, signal }: AttemptLimits,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const attempt = new AbortController();
  const finished = new AbortController();
  const onCallerAbort = () => attempt.abort(signal?.reason);
  // A listener that is removed again instead of AbortSignal.any: the caller's signal can live for hours and thousands of calls.
  signal?.addEventListener('abort', onCallerAbort, { once: true });
  sleepUnheld({ clock, timeoutMs, heldMs }, finished.signal).then(
    () => attempt.abort(new CbcrError('store.unreachable', { region, cause: `no answer within ${timeoutMs} ms` })),
    () => undefined,
  );
  return untilAborted(call(attempt.signal), attempt.signal).finally(() => {
    signal?.removeEventListener('abort', onCallerAbort);
    finished.abort('finished');
  });
}
