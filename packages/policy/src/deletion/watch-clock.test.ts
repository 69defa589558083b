import { expect, test } from 'vitest';
import { minute } from '../samples.ts';
import { doubtTime, watchClock } from './watch-clock.ts';

const at = (minutes: number, monotonicMinutes: number) => ({ now: minute(minutes), monotonicMs: monotonicMinutes * 60_000 });
const seen = (minutes: number) => ({ lastSeenAt: minute(minutes), doubt: null });

test('time that goes on as the monotonic clock does is not in doubt', () => {
  expect(watchClock(null, null, at(0, 0)).doubt).toBeNull();
  expect(watchClock(seen(0), at(0, 0), at(600, 600)).doubt).toBeNull();
  expect(watchClock(seen(0), null, at(600, 5)).doubt).toBeNull();
});

test('a jump in either direction is in doubt, until the time is again what it should be', () => {
  const ahead = watchClock(seen(0), at(0, 0), at(4_320, 1));
  expect(ahead.doubt?.text).toMatch(/jumped ahead by 2 d/);
  expect(watchClock(seen(100), at(100, 0), at(0, 1)).doubt?.text).toMatch(/jumped back by/);
  expect(watchClock(ahead, at(0, 0), at(10, 10)).doubt).toBeNull();
  // The next scheduler has no reading of its own: a doubt stays, and so it is noticed by what the catalog remembers.
  expect(watchClock(ahead, null, at(4_321, 0)).doubt).toEqual(ahead.doubt);
  expect(watchClock(seen(100), null, at(0, 0)).doubt?.text).toMatch(/back/);
  expect(watchClock(seen(0), null, at(1_500, 0)).doubt?.text).toMatch(/ahead/);
});

test('small steps add up, and clocks that run apart slowly do not', () => {
  const seconds = (now: number, monotonic: number) => ({ now: new Date(minute(0).getTime() + now * 1000), monotonicMs: monotonic * 1000 });
  const [start, day] = [seconds(0, 0), 86_400];
  expect(watchClock(seen(0), start, seconds(50, 0)).doubt).toBeNull();
  expect(watchClock(seen(0), start, seconds(-50, 0)).doubt).toBeNull();
  expect(watchClock(seen(0), start, seconds(100, 10)).doubt?.text).toMatch(/ahead by 90 s|ahead by 1/);
  expect(watchClock(seen(0), start, seconds(-90, 10)).doubt?.text).toMatch(/back/);
  // A hundred parts in a million, for thirty days.
  expect(watchClock(seen(0), start, seconds(30 * day * 1.0001, 30 * day)).doubt).toBeNull();
  expect(watchClock(seen(0), start, seconds(30 * day * 1.001, 30 * day)).doubt).not.toBeNull();
});

test('whoever deletes trusts only a time that somebody watches', () => {
  expect(doubtTime(null, minute(0))?.rule).toBe('clock-unwatched');
  expect(doubtTime(seen(0), minute(5))).toBeNull();
  expect(doubtTime(seen(0), minute(11))?.rule).toBe('clock-unwatched');
  expect(doubtTime(seen(10), minute(5))?.rule).toBe('clock-jumped');
  const doubt = { rule: 'clock-jumped', text: 'it jumped' };
  expect(doubtTime({ lastSeenAt: minute(0), doubt }, minute(0))).toBe(doubt);
});
