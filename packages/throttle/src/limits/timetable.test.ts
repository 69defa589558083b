import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Limit, weekdays } from './limit.ts';
import { decodeTimetable, encodeTimetable } from './published-limits.ts';
import type { Rate } from './rate.ts';
import { rateAt } from './rate-at.ts';
import { planTimetable, rateIn } from './timetable.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const dayMs = 86_400_000;

const berlin = (window: Limit['windows'][number]): Limit => ({ rate: 'unlimited', timeZone: 'Europe/Berlin', windows: [window] });
const at = (limit: Limit, instant: string) => rateAt(limit, new Date(instant));

describe('windows', () => {
  const day = berlin({ from: '08:00', to: '18:00', days: ['mon', 'fri'], rate: 1e6 });
  test.each([
    // 22 November 2027 is a Monday; Berlin is an hour ahead of UTC in winter and two in summer.
    ['2027-11-22T06:59:59Z', 'unlimited'],
    ['2027-11-22T07:00:00Z', 1e6],
    ['2027-11-22T16:59:59Z', 1e6],
    ['2027-11-22T17:00:00Z', 'unlimited'],
    ['2027-11-23T12:00:00Z', 'unlimited'],
    ['2027-07-02T06:00:00Z', 1e6],
  ])('by day, at %s: %s', (instant, rate) => {
    expect(at(day, instant)).toBe(rate);
  });

  const night = berlin({ from: '22:00', to: '06:00', days: ['sun'], rate: 'paused' });
  test.each([
    ['2027-11-21T21:00:00Z', 'paused'],
    ['2027-11-22T04:59:00Z', 'paused'],
    ['2027-11-22T05:00:00Z', 'unlimited'],
    ['2027-11-22T21:00:00Z', 'unlimited'],
  ])('over midnight belong to the day on which they begin, at %s: %s', (instant, rate) => {
    expect(at(night, instant)).toBe(rate);
  });

  // Berlin goes from 02:00 to 03:00 on 2027-03-28 and from 03:00 back to 02:00 on 2027-10-31.
  const early = berlin({ from: '02:00', to: '03:00', rate: 1e6 });
  const ratesOf = (limit: Limit, from: string, to: string) =>
    planTimetable(limit, new Date(from))
      .filter(({ fromMs }) => fromMs < Date.parse(to))
      .slice(1)
      .map(({ fromMs, rate }) => [new Date(fromMs).toISOString().slice(0, 16), rate]);
  test('in the skipped hour do not occur', () => {
    expect(ratesOf(early, '2027-03-27T12:00:00Z', '2027-03-29T12:00:00Z')).toEqual([
      ['2027-03-29T00:00', 1e6],
      ['2027-03-29T01:00', 'unlimited'],
    ]);
  });
  test('in the doubled hour hold both times', () => {
    expect(ratesOf(early, '2027-10-30T12:00:00Z', '2027-10-31T12:00:00Z')).toEqual([
      ['2027-10-31T00:00', 1e6],
      ['2027-10-31T02:00', 'unlimited'],
    ]);
  });
  test('that nobody renews end in the strictest rate', () => {
    expect(rateIn(planTimetable(night, new Date('2027-11-22T12:00:00Z')), Date.parse('2028-11-22T12:00:00Z'))).toBe('paused');
  });
});

const twoDigits = (value: number) => String(value).padStart(2, '0');
const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${twoDigits(hour)}:${twoDigits(minute)}`);
const rate: fc.Arbitrary<Rate> = fc.oneof(
  fc.constantFrom<Rate>('unlimited', 'paused'),
  fc.integer({ min: 16_384, max: 1e9 }).map((bytes): Rate => bytes),
);
const limit: fc.Arbitrary<Limit> = fc.record({
  rate,
  // Half-hour changes, southern summers, changes at midnight, and none at all.
  timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kathmandu', 'UTC'),
  windows: fc.array(
    fc.record({ from: timeOfDay, to: timeOfDay, days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), rate }),
    { maxLength: 4 },
  ),
});
const moment = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });

test(`a timetable says at every moment what the limit says, through all changes of clocks (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      limit,
      moment,
      fc.array(fc.integer({ min: 0, max: 14 * dayMs - 1 }), { minLength: 20, maxLength: 60 }),
      (some, now, offsets) => {
        const timetable = decodeTimetable(encodeTimetable(planTimetable(some, new Date(now))));
        const edges = timetable.slice(1, -1).flatMap(({ fromMs }) => [fromMs - 1, fromMs]);
        for (const atMs of [...offsets.map((offset) => now + offset), ...edges.filter((edge) => edge >= now)])
          expect([atMs, rateIn(timetable, atMs)]).toEqual([atMs, rateAt(some, new Date(atMs))]);
      },
    ),
    { seed, numRuns: 150 },
  );
});
