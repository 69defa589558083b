import { createIdFactory } from '@cbcr/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Fault, withFaults } from '../../test/faulty-store.ts';
import { makeSegment } from '../../test/made-segment.ts';
import { createMemoryStore } from '../../test/memory-store.ts';
import { createSeededBytes, instance, regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import { segmentKey } from '../object-keys.ts';
import { createFanOut } from './fan-out.ts';

const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const point = createIdFactory({ now: () => new Date(1_790_000_000_000) }, createSeededBytes('fan-out')).recoveryPointId();

const fault: fc.Arbitrary<Fault | null> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('delay' as const), ms: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'stall' as const }) },
);
const scenario = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 25 }),
  /** Of every call of each other region. */
  others: fc.array(fc.array(fault, { minLength: 25, maxLength: 25 }), { minLength: 1, maxLength: 3 }),
  /** Every call takes this long at least. Region 0 never takes longer and never fails. */
  goodMs: fc.integer({ min: 0, max: 100 }),
  windowBytes: fc.integer({ min: 1, max: 1500 }),
  uploadsInFlight: fc.integer({ min: 1, max: 5 }),
  lagToleranceMs: fc.integer({ min: 1, max: 2000 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

async function play({ sizes, others, goodMs, ...limits }: Scenario) {
  const clock = createVirtualClock();
  const slower = (given: Fault | null): Fault => {
    if (given === null) return { kind: 'delay', ms: goodMs };
    return given.kind === 'delay' ? { kind: 'delay', ms: goodMs + given.ms } : given;
  };
  const plans = [
    () => slower(null),
    ...others.map(
      (plan) =>
        ({ index }: { index: number }) =>
          slower(plan[index] ?? null),
    ),
  ];
  const regions = plans.map((plan, index) => {
    const memory = createMemoryStore(regionNamed(`region-${index}`));
    return { region: memory.region, memory, store: withFaults(memory, clock, plan) };
  });
  const segments = sizes.map((size, number) => makeSegment(number, size));
  const fanOut = createFanOut({ instance, point, targets: regions, clock, ...limits });
  let mostBuffered = 0;
  const work = async () => {
    for (const segment of segments) {
      await fanOut.write(segment);
      // An upload that was broken off holds its segment until it has noticed.
      await new Promise((resolve) => setImmediate(resolve));
      mostBuffered = Math.max(mostBuffered, fanOut.progress().bufferedBytes);
    }
    await fanOut.finish();
  };
  await clock.run(work());
  return { clock, regions, segments, fanOut, mostBuffered, tookMs: clock.monotonicMs() };
}

test(`whatever other regions do, a capture ends in time and every region tells the truth about what it holds (seed ${seed})`, async () => {
  let failures = 0;
  let lags = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { regions, segments, fanOut, mostBuffered, tookMs } = await play(given);
      const alone = await play({ ...given, others: [] });

      // I9: each other region can cost at most its tolerance, and the refilling of the good region's pipeline that ran dry meanwhile.
      expect(tookMs).toBeLessThanOrEqual(alone.tookMs + given.others.length * (given.lagToleranceMs + 2 * given.goodMs));
      // One window for all regions together, however many there are; a segment larger than that is let in alone.
      expect(mostBuffered).toBeLessThanOrEqual(Math.max(given.windowBytes, ...given.sizes));
      expect(fanOut.progress().bufferedBytes).toBe(0);

      for (const { region, memory, store } of regions) {
        const outcome = fanOut.outcomes().find((candidate) => candidate.region === region);
        const told = new Set(outcome?.segments.map((segment) => segmentKey(instance, point, segment)));
        expect(told).toEqual(new Set(memory.objects.keys()));
        for (const segment of segments) {
          const body = memory.objects.get(segmentKey(instance, point, segment));
          if (body !== undefined || outcome?.state === 'complete') expect(body?.equals(segment.bytes)).toBe(true);
        }
        if (outcome?.reason?.rule === 'store-failed') failures += 1;
        if (outcome?.reason?.rule === 'too-slow') lags += 1;
        const sawFailure = store.fired.some((entry) => entry.fault.kind === 'fail');
        if (sawFailure) expect(outcome?.state).toBe('detached');
        expect(outcome?.state === 'detached').toBe(outcome?.reason !== null);
      }
      expect(fanOut.outcomes()[0]?.state).toBe('complete');
    }),
    { seed, numRuns: 200 },
  );
  // The faults that were planted have really happened.
  expect(failures).toBeGreaterThan(10);
  expect(lags).toBeGreaterThan(10);
});
