import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { defaultRuntimeTiming } from './runtime-timing.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100 }))
  .map(([minMs, factor]) => ({ minMs, maxMs: minMs * factor }));
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const consecutive = fc.integer({ min: 1, max: 1_000 });

test('a pause never leaves its range, however many came before', () => {
  fc.assert(
    fc.property(range, unit, consecutive, (limits, drawn, nth) => {
      const pause = backoffMs(nth, limits, () => drawn);
      expect(pause).toBeGreaterThanOrEqual(limits.minMs);
      expect(pause).toBeLessThanOrEqual(limits.maxMs);
    }),
  );
});

test('with the same draw a later pause is never shorter', () => {
  fc.assert(
    fc.property(range, unit, consecutive, (limits, drawn, nth) => {
      expect(backoffMs(nth + 1, limits, () => drawn)).toBeGreaterThanOrEqual(backoffMs(nth, limits, () => drawn));
    }),
  );
});

test('half of the pause is drawn, so that runs do not come back together', () => {
  const { outageBackoff } = defaultRuntimeTiming;
  expect([backoffMs(1, outageBackoff, () => 0), backoffMs(1, outageBackoff, () => 0.999)]).toEqual([2_000, 3_998]);
  expect([backoffMs(9, outageBackoff, () => 0), backoffMs(9, outageBackoff, () => 0.999)]).toEqual([30_000, 59_970]);
});
