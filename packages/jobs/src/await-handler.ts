import type { Clock } from '@cbcr/domain';
import type { RunLog } from './job-kind.ts';
import type { RunAbort } from './run-abort.ts';

/** How the work of a handler ended. */
export type HandlerEnd =
  | { readonly type: 'returned'; readonly result: unknown }
  | { readonly type: 'threw'; readonly error: unknown }
  /** It ignored its abort; it may still be running, and the epoch keeps it from writing anything. */
  | { readonly type: 'abandoned' };

export interface Patience {
  readonly clock: Clock;
  readonly log: RunLog;
  readonly abortGraceMs: number;
  readonly abandonAfterMs: number;
}

/** Waits for the work; after an abort first patiently, then loudly, then no longer. Never rejects. */
export async function awaitHandler(work: Promise<unknown>, abort: RunAbort, patience: Patience): Promise<HandlerEnd> {
  const { clock, log, abortGraceMs, abandonAfterMs } = patience;
  const over = new AbortController();
  const ended: Promise<HandlerEnd> = work.then(
    (result) => ({ type: 'returned', result }),
    (error: unknown) => ({ type: 'threw', error }),
  );
  const abandoned = once(abort.abandonSignal, over.signal);
  const pause = (ms: number) => clock.sleep(ms, { signal: over.signal }).catch(() => undefined);
  try {
    const first = await Promise.race([ended, once(abort.signal, over.signal)]);
    if (first) return first;
    const facts = () => ({ reason: abort.reason()?.code });
    const inGrace = await Promise.race([ended, abandoned, pause(abortGraceMs)]);
    if (inGrace) return inGrace;
    if (!abort.abandonSignal.aborted) log.error({ ...facts(), abortGraceMs }, 'The handler was told to stop and still works');
    const late = await Promise.race([ended, abandoned, pause(abandonAfterMs - abortGraceMs)]);
    if (late) return late;
    log.error({ ...facts(), abandonAfterMs }, 'The handler ignored its abort: the run ends without it');
    return { type: 'abandoned' };
  } finally {
    over.abort();
  }
}

/** Resolves with undefined when the signal fires; forgotten when `until` does. */
function once(signal: AbortSignal, until: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: until }));
}
