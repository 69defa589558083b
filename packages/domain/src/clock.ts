/** The only source of time. Everything that waits, measures or stamps takes a Clock, so that tests decide what time it is. */
export interface Clock {
  /** Wall-clock time; may jump. For stamps that people and the catalog read. */
  now(): Date;
  /** Milliseconds since an arbitrary origin; never jumps. For durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. Does not keep the process alive when `unref` is set. */
  sleep(ms: number, options?: { signal?: AbortSignal | undefined; unref?: boolean }): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, { signal, unref = false } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      if (unref) timer.unref();
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
