import type {} from '@cbcr/testkit/vitest-servers';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { busiestSecond, fairness, meanRate, within } from '../../test/movements.ts';
import { type SimulatedWorker, simulate } from '../../test/simulated-link.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.nat(), 1)[0] ?? 0;
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
  const settings = { seed, numRuns: 25 };

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
