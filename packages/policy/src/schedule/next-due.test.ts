import { describe, expect, test } from 'vitest';
import { checkSchedule } from './check-schedule.ts';
import { nextDue } from './next-due.ts';

const berlin = (cron: string) => ({ cron, timeZone: 'Europe/Berlin' });
/** The next `count` due times, in UTC to the minute. */
const times = (schedule: Parameters<typeof nextDue>[0], from: string, count: number) => {
  const found: string[] = [];
  for (let at = new Date(from); found.length < count; ) {
    at = nextDue(schedule, at);
    found.push(at.toISOString().slice(0, 16));
  }
  return found;
};

describe('due times', () => {
  test('follow the time zone through summer and winter', () => {
    expect(nextDue(berlin('0 3 * * *'), new Date('2027-07-01T00:00:00Z'))).toEqual(new Date('2027-07-01T01:00:00Z'));
    expect(nextDue(berlin('0 3 * * *'), new Date('2027-12-01T00:00:00Z'))).toEqual(new Date('2027-12-01T02:00:00Z'));
  });

  test('are strictly after the given moment', () => {
    expect(nextDue(berlin('0 3 * * *'), new Date('2027-12-01T02:00:00Z'))).toEqual(new Date('2027-12-02T02:00:00Z'));
  });

  // Berlin goes from 02:00 to 03:00 on 2027-03-28 and from 03:00 back to 02:00 on 2027-10-31.
  test('a time in the skipped hour runs once, right after the gap', () => {
    expect(times(berlin('30 2 * * *'), '2027-03-27T12:00:00Z', 2)).toEqual(['2027-03-28T01:00', '2027-03-29T00:30']);
    expect(times(berlin('30 2,14 * * *'), '2027-03-27T22:00:00Z', 2)).toEqual(['2027-03-28T01:00', '2027-03-28T12:30']);
  });

  test('a time in the doubled hour runs once, at the first', () => {
    expect(times(berlin('30 2 * * *'), '2027-10-30T12:00:00Z', 2)).toEqual(['2027-10-31T00:30', '2027-11-01T01:30']);
  });

  test('an hourly schedule keeps its distance through both changes', () => {
    expect(times(berlin('0 * * * *'), '2027-03-28T00:00:00Z', 3)).toEqual(['2027-03-28T01:00', '2027-03-28T02:00', '2027-03-28T03:00']);
    expect(times(berlin('0 * * * *'), '2027-10-30T23:30:00Z', 3)).toEqual(['2027-10-31T00:00', '2027-10-31T01:00', '2027-10-31T02:00']);
  });
});

test('asked after an outage, a schedule goes on from now and makes up for nothing by itself', () => {
  const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
  expect(nextDue(hourly, new Date('2027-01-20T10:00:59.999Z'))).toEqual(new Date('2027-01-20T11:00:00Z'));
});

describe('a schedule is refused', () => {
  test.each([
    ['* * * * * *', 'UTC', 'cron'],
    ['@daily', 'UTC', 'cron'],
    ['2027-01-01T00:00:00', 'UTC', 'cron'],
    ['? * * * *', 'UTC', 'cron'],
    ['61 * * * *', 'UTC', 'cron'],
    ['a b c d e', 'UTC', 'cron'],
    ['0 0 30 2 *', 'UTC', 'cron'],
    ['', 'UTC', 'cron'],
    ['0 0 * * *', 'Mars/Olympus', 'timeZone'],
    ['0 0 31 2 *', 'Mars/Olympus', 'cron timeZone'],
  ])('%s in %s: %s', (cron, timeZone, field) => {
    expect(checkSchedule({ cron, timeZone }).map((fault) => fault.field)).toEqual(field.split(' '));
    expect(() => nextDue({ cron, timeZone }, new Date(0))).toThrow(/cannot be used/);
  });

  test('a rare date is not refused', () => {
    expect(checkSchedule({ cron: '0 0 29 2 *', timeZone: 'UTC' })).toEqual([]);
    expect(checkSchedule({ cron: '0 3 * * MON-FRI', timeZone: 'America/New_York' })).toEqual([]);
  });
});
