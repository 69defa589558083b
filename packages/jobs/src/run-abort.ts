import type { CbcrError } from '@cbcr/domain';

/**
 * Unites everything that may stop a run: a cancel, a lost lock, a newer epoch, a silent catalog, the worker's own end. The first reason
 * stays; later ones change nothing.
 */
export interface RunAbort {
  /** Its reason is the CbcrError that the run ends with. */
  readonly signal: AbortSignal;
  /** Fires when nobody waits any longer for a handler that ignores `signal`. */
  readonly abandonSignal: AbortSignal;
  /** Why the run stops, or null while it need not. */
  reason(): CbcrError | null;
  abort(reason: CbcrError): void;
  abandon(): void;
}

export function createRunAbort(): RunAbort {
  const stop = new AbortController();
  const abandon = new AbortController();
  let first: CbcrError | null = null;
  return {
    signal: stop.signal,
    abandonSignal: abandon.signal,
    reason: () => first,
    abort: (reason) => {
      first ??= reason;
      stop.abort(first);
    },
    abandon: () => abandon.abort(),
  };
}
