import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLeaseCurve } from './lease-curve.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const lease = { kind: 'lease' as const, bytes: 100 * 1024, startMs: 1_000, durationMs: 100, quantumBytes: 100 * 1024 };

test('a lease is spent evenly, and whole KiB at a time', () => {
  const curve = createLeaseCurve(lease, 60);
  expect(curve.spendableKiB(999)).toBe(0);
  expect(curve.spendableKiB(1_010.5)).toBe(10);
  curve.spend(10);
  expect(curve.spendableKiB(1_010.5)).toBe(0);
  expect(curve.readyAtMs(5)).toBeCloseTo(1_015);
});

test('what is left for too long is lost, and the lease ends', () => {
  const curve = createLeaseCurve(lease, 60);
  expect(curve.spendableKiB(1_080)).toBe(60);
  curve.spend(60);
  expect(curve.isOver(1_080)).toBe(false);
  expect(curve.spendableKiB(1_130)).toBe(20);
  expect(curve.isOver(1_160)).toBe(true);
});

test(`never more than the lease, nor more at once than its time and the lateness hold (seed ${seed})`, () => {
  const waits = fc.array(fc.double({ min: 0, max: 90, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.double({ min: 0.1, max: 400, noNaN: true }),
      waits,
      (bytes, durationMs, steps) => {
        const curve = createLeaseCurve({ ...lease, bytes, durationMs }, 60);
        let [nowMs, spentKiB] = [900, 0];
        for (const step of steps) {
          nowMs += step;
          const amount = curve.spendableKiB(nowMs);
          expect(amount * 1024).toBeLessThanOrEqual((bytes / durationMs) * 60 + 1);
          curve.spend(amount);
          spentKiB += amount;
        }
        expect(spentKiB * 1024).toBeLessThanOrEqual(bytes + 1);
        expect(curve.isOver(1_001 + durationMs + 60)).toBe(true);
      },
    ),
    { seed },
  );
});
