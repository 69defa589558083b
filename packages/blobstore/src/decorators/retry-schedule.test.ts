import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRetryDelayMs } from './retry-schedule.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

const limitsArbitrary = fc.record({
  attempts: fc.integer({ min: 1, max: 20 }),
  baseDelayMs: fc.integer({ min: 1, max: 5_000 }),
  maxDelayMs: fc.integer({ min: 1, max: 60_000 }),
  totalMs: fc.integer({ min: 0, max: 600_000 }),
});
const randomArbitrary = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test(`every wait lies within its exponential bound, the longest wait and the total time (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      limitsArbitrary,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(700_000),
      randomArbitrary,
      (limits, failures, elapsedMs, random) => {
        const delayMs = planRetryDelayMs(limits, { failures, elapsedMs, random });
        if (delayMs === null) {
          expect(failures >= limits.attempts || elapsedMs + limits.maxDelayMs > limits.totalMs).toBe(true);
          return;
        }
        expect(failures).toBeLessThan(limits.attempts);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(limits.maxDelayMs);
        expect(delayMs).toBeLessThanOrEqual(limits.baseDelayMs * 2 ** (failures - 1));
        expect(elapsedMs + delayMs).toBeLessThanOrEqual(limits.totalMs);
      },
    ),
    { seed, numRuns: 1_000 },
  );
});

test(`the jitter is full: the whole range below the bound is used (seed ${seed})`, () => {
  fc.assert(
    fc.property(randomArbitrary, fc.integer({ min: 1, max: 6 }), (random, failures) => {
      const limits = { attempts: 10, baseDelayMs: 100, maxDelayMs: 100_000, totalMs: 1_000_000 };
      const delayMs = planRetryDelayMs(limits, { failures, elapsedMs: 0, random });
      expect(delayMs).toBe(Math.floor(random * 100 * 2 ** (failures - 1)));
    }),
    { seed },
  );
});
