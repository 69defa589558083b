import type {} from '@cbcr/testkit/vitest-servers';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { busiestSecond, fairness, meanRate, within } from '../../test/movements.ts';
import { type Grant, type SimulatedWorker, simulate } from '../../test/simulated-link.ts';
import { limitSchema } from '../limits/limit.ts';
import { planTimetable } from '../limits/timetable.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.quit());

const never = Number.POSITIVE_INFINITY;
const everything = 1e12;
const worker = (changes: Partial<SimulatedWorker> = {}): SimulatedWorker => ({
  gates: ['link'],
  wantBytes: everything,
  fromMs: 0,
  untilMs: never,
  ...changes,
});
const crew = (count: number, changes: Partial<SimulatedWorker> = {}) => Array.from({ length: count }, () => worker(changes));
const half = () => 0.5;

describe('property', () => {
  const rateArbitrary = fc.integer({ min: 64 * 1024, max: 2_000_000_000 });
  const countArbitrary = fc.integer({ min: 1, max: 16 });
  const settings = { seed, numRuns: 50 };

  test(`greedy workers get the whole rate in equal shares, and no second gets more than 1.1 times as much (seed ${seed})`, async () => {
    const random = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(rateArbitrary, countArbitrary, random, async (rate, count, numbers) => {
        const movements = await simulate(
          redis,
          { link: rate },
          { workers: crew(count), durationMs: 4_000, random: () => numbers.next().value },
        );
        const settled = within(movements, 1_000, 4_000);
        expect(busiestSecond(movements) / rate).toBeLessThanOrEqual(1.1);
        expect(meanRate(settled, 1_000, 4_000) / rate).toBeGreaterThanOrEqual(0.95);
        expect(meanRate(settled, 1_000, 4_000) / rate).toBeLessThanOrEqual(1.05);
        expect(fairness(settled, count)).toBeGreaterThanOrEqual(0.95);
      }),
      settings,
    );
  });

  test(`workers that come, go, are killed and want little never make a second exceed 1.1 times the rate (seed ${seed})`, async () => {
    const some = fc.record({
      gates: fc.constant(['link']),
      wantBytes: fc.integer({ min: 64 * 1024, max: 5_000_000 }),
      fromMs: fc.integer({ min: 0, max: 3_000 }),
      untilMs: fc.integer({ min: 0, max: 5_000 }),
    });
    const random = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 64 * 1024, max: 20_000_000 }),
        fc.array(some, { minLength: 1, maxLength: 16 }),
        random,
        async (rate, workers, numbers) => {
          const movements = await simulate(redis, { link: rate }, { workers, durationMs: 4_000, random: () => numbers.next().value });
          expect(busiestSecond(movements) / rate).toBeLessThanOrEqual(1.1);
        },
      ),
      settings,
    );
  });

  const somebody = fc.record({
    gates: fc.constant(['link']),
    wantBytes: fc.integer({ min: 16 * 1024, max: 50_000_000 }),
    fromMs: fc.integer({ min: 0, max: 2_000 }),
    untilMs: fc.integer({ min: 500, max: 4_000 }),
  });
  const crowd = fc.array(somebody, { minLength: 1, maxLength: 16 });
  const numbers = () => fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));

  test(`leases never hold more than rate x time and one lease, over whatever stretch (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 64 * 1024, max: 20_000_000 }), crowd, numbers(), async (rate, workers, random) => {
        const grants: Grant[] = [];
        await simulate(
          redis,
          { link: rate },
          { workers, durationMs: 4_000, random: () => random.next().value, onGrant: (grant) => grants.push(grant) },
        );
        const inOrder = grants.toSorted((a, b) => a.fromMs - b.fromMs);
        // No lease begins before the one before it is over, so that it holds for every stretch.
        const early = inOrder.slice(1).map((grant, i) => {
          const { fromMs, bytes } = inOrder[i] ?? grant;
          return fromMs + (bytes / rate) * 1000 - grant.fromMs;
        });
        // Microseconds are rounded up.
        expect(Math.max(0, ...early)).toBeLessThanOrEqual(0.01);
      }),
      settings,
    );
  });

  test(`whoever comes when it likes gets an equal share from then on (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(
        rateArbitrary,
        fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 2, maxLength: 16 }),
        numbers(),
        async (rate, arrivals, random) => {
          const workers = arrivals.map((fromMs) => worker({ fromMs }));
          const movements = await simulate(redis, { link: rate }, { workers, durationMs: 5_500, random: () => random.next().value });
          const together = within(movements, 3_000, 5_500);
          expect(fairness(together, workers.length)).toBeGreaterThanOrEqual(0.95);
          expect(meanRate(together, 3_000, 5_500) / rate).toBeGreaterThanOrEqual(0.95);
        },
      ),
      settings,
    );
  });

  test(`a limit that changes all the time is never exceeded by more than a tenth (seed ${seed})`, async () => {
    const step = fc.record({ rate: fc.oneof(rateArbitrary, fc.constant(0)), lastsMs: fc.integer({ min: 300, max: 2_000 }) });
    const steps = fc.array(step, { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(steps, countArbitrary, numbers(), async (all, count, random) => {
        let endMs = 0;
        const spans = all.map(({ rate, lastsMs }) => {
          const fromMs = endMs;
          endMs += lastsMs;
          return { rate, fromMs, toMs: endMs };
        });
        const changes = spans.slice(1).map(({ rate, fromMs }) => ({ atMs: fromMs, rates: { link: rate } }));
        const simulation = { workers: crew(count), durationMs: endMs, changes, random: () => random.next().value };
        const movements = await simulate(redis, { link: spans[0]?.rate ?? 0 }, simulation);
        for (let fromMs = 0; fromMs + 1_000 <= endMs; fromMs += 50) {
          // A change is seen within a second: what held during it, or up to a second before, may still be under way.
          const highest = Math.max(
            ...spans.filter((span) => span.toMs > fromMs - 1_000 && span.fromMs < fromMs + 1_000).map(({ rate }) => rate),
          );
          expect(meanRate(movements, fromMs, fromMs + 1_000)).toBeLessThanOrEqual(highest * 1.1);
        }
      }),
      settings,
    );
  });

  test(`a worker that dies takes the lease that it spends and the one that waits, and no more is lost (seed ${seed})`, async () => {
    const deaths = fc.array(fc.integer({ min: 1_000, max: 3_500 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rateArbitrary, deaths, countArbitrary, async (rate, all, survivors) => {
        const grants: Grant[] = [];
        const workers = [...all.map((untilMs) => worker({ untilMs })), ...crew(survivors)];
        const movements = await simulate(
          redis,
          { link: rate },
          { workers, durationMs: 5_000, random: half, onGrant: (grant) => grants.push(grant) },
        );
        const isLost = (grant: Grant) => grant.fromMs + grant.durationMs > (workers[grant.worker]?.untilMs ?? never);
        const lost = grants.filter(isLost);
        for (const dead of all.keys()) expect(lost.filter((grant) => grant.worker === dead).length).toBeLessThanOrEqual(2);
        const lostBytes = lost.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(meanRate(movements, 1_000, 5_000) * 4 + lostBytes).toBeGreaterThanOrEqual(rate * 4 * 0.95);
      }),
      settings,
    );
  });

  test(`all gates hold at once, and the tightest ones are used to the full (seed ${seed})`, async () => {
    const rates = fc.record({ link: rateArbitrary, other: rateArbitrary, egress: rateArbitrary });
    await fc.assert(
      fc.asyncProperty(rates, fc.integer({ min: 1, max: 6 }), async (some, count) => {
        const workers = [...crew(count, { gates: ['link', 'egress'] }), ...crew(count, { gates: ['other', 'egress'] })];
        const movements = await simulate(redis, some, { workers, durationMs: 4_000, random: half });
        const of = (first: number) => within(movements, 1_000, 4_000).filter((movement) => Math.floor(movement.worker / count) === first);
        const [link, other] = [meanRate(of(0), 1_000, 4_000), meanRate(of(1), 1_000, 4_000)];
        expect(link).toBeLessThanOrEqual(some.link * 1.05);
        expect(other).toBeLessThanOrEqual(some.other * 1.05);
        expect(link + other).toBeLessThanOrEqual(some.egress * 1.05);
        const wanted = Math.min(some.egress, some.link + some.other);
        expect(link + other).toBeGreaterThanOrEqual(wanted * 0.9);
      }),
      settings,
    );
  });
});

test('what one worker does not want, the others get', async () => {
  const rate = 10_000_000;
  const workers = [worker({ wantBytes: 10_000 }), ...crew(3)];
  const movements = within(await simulate(redis, { link: rate }, { workers, durationMs: 4_000, random: half }), 1_000, 4_000);
  expect(meanRate(movements, 1_000, 4_000) / rate).toBeGreaterThan(0.95);
  expect(
    fairness(
      movements.filter((movement) => movement.worker > 0).map((movement) => ({ ...movement, worker: movement.worker - 1 })),
      3,
    ),
  ).toBeGreaterThan(0.99);
});

test('nothing is saved up while a link is idle', async () => {
  const rate = 10_000_000;
  const workers = [worker({ untilMs: 500 }), ...crew(4, { fromMs: 5_000 })];
  const movements = await simulate(redis, { link: rate }, { workers, durationMs: 7_000, random: half });
  expect(busiestSecond(movements) / rate).toBeLessThanOrEqual(1.1);
});

test('a killed worker takes with it what it holds and no more: at most a round', async () => {
  const rate = 10_000_000;
  const workers = [worker({ untilMs: 2_000 }), ...crew(3)];
  const movements = await simulate(redis, { link: rate }, { workers, durationMs: 4_000, random: half });
  expect(meanRate(movements, 2_000, 3_000) / rate).toBeGreaterThan(0.9);
  expect(meanRate(movements, 3_000, 4_000) / rate).toBeGreaterThan(0.95);
});

describe('a change', () => {
  const steady = { durationMs: 5_000, random: half };
  test.each([
    ['up', 1_000_000, 20_000_000],
    ['down', 20_000_000, 1_000_000],
    ['up from the slowest', 16 * 1024, 20_000_000],
  ])('%s is in force within a second', async (_name, before, after) => {
    const changes = [{ atMs: 2_000, rates: { link: after } }];
    const movements = await simulate(redis, { link: before }, { workers: crew(16), changes, ...steady });
    expect(meanRate(movements, 3_000, 5_000) / after).toBeGreaterThan(0.95);
    expect(meanRate(movements, 3_000, 5_000) / after).toBeLessThan(1.05);
  });

  test('to a pause stops everything, and its end starts everything again', async () => {
    const rate = 10_000_000;
    const changes = [
      { atMs: 1_000, rates: { link: 0 } },
      { atMs: 3_000, rates: { link: rate } },
    ];
    const movements = await simulate(redis, { link: rate }, { workers: crew(4), changes, ...steady });
    expect(within(movements, 1_500, 3_000)).toEqual([]);
    expect(meanRate(movements, 4_000, 5_000) / rate).toBeGreaterThan(0.95);
    expect(busiestSecond(movements) / rate).toBeLessThanOrEqual(1.1);
  });
});

describe('a window of the time of day', () => {
  const limit = (from: string, to: string) =>
    limitSchema.parse({ rate: 10e6, timeZone: 'Europe/Berlin', windows: [{ from, to, rate: 1e6 }] });
  const rates = { fast: 10e6, slow: 1e6 };
  test.each([
    // Clocks go from 02:00 to 03:00 at 01:00 UTC, and from 03:00 back to 02:00 at 01:00 UTC.
    ['that the clocks jump into begins then', limit('03:00', '04:00'), '2027-03-28T01:00:00Z', 'fast', 'slow'],
    ['that is skipped does not occur', limit('02:00', '03:00'), '2027-03-28T01:00:00Z', 'fast', 'fast'],
    ['that the clocks jump out of ends then', limit('01:30', '02:30'), '2027-03-28T01:00:00Z', 'slow', 'fast'],
    ['holds on while its hour is repeated', limit('02:00', '03:00'), '2027-10-31T01:00:00Z', 'slow', 'slow'],
    ['ends at the end of the second of two such hours', limit('02:00', '03:00'), '2027-10-31T02:00:00Z', 'slow', 'fast'],
    ['over midnight begins in the summer an hour earlier by UTC', limit('22:00', '06:00'), '2027-07-01T20:00:00Z', 'fast', 'slow'],
    ['over midnight begins in the winter an hour later by UTC', limit('22:00', '06:00'), '2027-12-01T21:00:00Z', 'fast', 'slow'],
  ] as const)('%s', async (_name, windows, at, before, after) => {
    const atMs = Date.parse(at);
    // Published days before: what was worked out then is what all workers go by.
    const timetables = { link: planTimetable(windows, new Date(atMs - 3 * 86_400_000)) };
    const movements = await simulate(redis, {}, { workers: crew(4), durationMs: 5_000, random: half, timetables, startMs: atMs - 2_000 });
    expect(meanRate(movements, 1_000, 2_000) / rates[before]).toBeGreaterThan(0.9);
    expect(meanRate(movements, 1_000, 2_000) / rates[before]).toBeLessThanOrEqual(1.1);
    expect(meanRate(movements, 3_000, 5_000) / rates[after]).toBeGreaterThan(0.9);
    expect(meanRate(movements, 3_000, 5_000) / rates[after]).toBeLessThanOrEqual(1.05);
  });
});
