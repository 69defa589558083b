import { type Clock, systemClock } from '@cbcr/domain';

export interface WaitOptions {
  deadlineMs: number;
  /** Pause between two attempts. */
  intervalMs?: number;
  clock?: Clock;
  signal?: AbortSignal;
}

/** Asks `condition` again and again until it gives a truthy value; returns that value, or undefined when the deadline passed first. */
export async function waitUntil<Value>(
  condition: () => Value | Promise<Value>,
  { deadlineMs, intervalMs = 20, clock = systemClock, signal }: WaitOptions,
): Promise<Value | undefined> {
  const end = clock.monotonicMs() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const value = await condition();
    if (value) return value;
    if (clock.monotonicMs() >= end) return undefined;
    await clock.sleep(intervalMs, { signal });
  }
}
