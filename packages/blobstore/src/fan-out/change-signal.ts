import type { Clock } from '@cbcr/domain';

/** Lets a waiter sleep until something changes, or until a time has passed. The waiter looks for itself at what has changed. */
export class ChangeSignal {
  readonly #clock: Clock;
  #next = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  /** Null waits without limit. */
  async wait(limitMs: number | null): Promise<void> {
    const changed = this.#next.promise;
    if (limitMs === null) return changed;
    const sleeping = new AbortController();
    const slept = this.#clock.sleep(limitMs, { signal: sleeping.signal }).catch(() => {});
    await Promise.race([changed, slept]);
    sleeping.abort();
  }
}
