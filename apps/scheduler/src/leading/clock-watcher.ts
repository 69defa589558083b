import type { Catalog } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import { type TimeReading, watchClock } from '@cbcr/policy';
import type { Logger } from '@cbcr/telemetry';

/** How often what is seen is remembered for the next scheduler. */
const rememberEveryMs = 5_000;

interface WatchDependencies {
  catalog: Pick<Catalog, 'now'> & { clockWatch: Pick<Catalog['clockWatch'], 'read' | 'see'> };
  clock: Clock;
  logger: Logger;
}

/**
 * Compares the catalog's time with the clock of the machine that nobody sets. A jump is in doubt until the time is again what it should be, or a
 * person says that it is right; nothing expires meanwhile.
 */
export function createClockWatcher({ catalog, clock, logger }: WatchDependencies): () => Promise<void> {
  let trusted: TimeReading | null = null;
  let latest: TimeReading | null = null;
  let wasInDoubt = false;
  let rememberAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const askedMs = clock.monotonicMs();
    const now = await catalog.now();
    const monotonicMs = clock.monotonicMs();
    // An answer that took long says too little about when it was given.
    if (monotonicMs - askedMs > 10_000) return;
    const reading = { now, monotonicMs };
    const before = await catalog.clockWatch.read();
    // A person settled it.
    if (wasInDoubt && before?.doubt === null) trusted = latest = reading;
    // Two clocks run apart a little all the time: compared with the first reading alone, a jump would hide in what they may differ by after weeks.
    const step = watchClock(before, latest, reading);
    const seen = step.doubt === null ? watchClock(before, trusted, reading) : step;
    const isInDoubt = seen.doubt !== null;
    if (isInDoubt !== wasInDoubt)
      logger.warn({ doubt: seen.doubt }, isInDoubt ? 'the time is in doubt: nothing expires' : 'the time is trusted again');
    if (isInDoubt !== wasInDoubt || before === null || monotonicMs >= rememberAtMs) {
      await catalog.clockWatch.see(seen);
      rememberAtMs = monotonicMs + rememberEveryMs;
    }
    wasInDoubt = isInDoubt;
    if (isInDoubt) return;
    // The first one stays: small steps that each go unnoticed must not add up.
    trusted ??= reading;
    latest = reading;
  };
}
