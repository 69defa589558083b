import { describe, expect, test } from 'vitest';
import { regionId } from '../samples.ts';
import { assessRegionHealth, type WorkerHeartbeat } from './assess-region-health.ts';
import { describeDuration } from './describe-duration.ts';

const now = new Date('2027-01-01T12:00:00Z');
const region = regionId('berlin');
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const beat = (seconds: number, facts: Partial<WorkerHeartbeat> = {}): WorkerHeartbeat => ({
  region,
  lastSeenAt: secondsAgo(seconds),
  storeOk: true,
  storeReason: null,
  ...facts,
});
const assess = (workers: WorkerHeartbeat[], previous: Parameters<typeof assessRegionHealth>[0]['previous'] = null) =>
  assessRegionHealth({ region, workers, now, staleAfterMs: 10_000, previous });

describe('a region', () => {
  test('is up while one fresh worker reaches the store, whatever the others say', () => {
    expect(assess([beat(1), beat(2, { storeOk: false, storeReason: 'timeout' }), beat(99)])).toEqual({
      state: 'up',
      reason: '1 of 2 workers reach the store',
      since: now,
    });
  });

  test('is down when no worker has reported lately, since the last report', () => {
    expect(assess([beat(40), beat(12)])).toEqual({ state: 'down', reason: 'no worker has reported for 12 s', since: secondsAgo(12) });
  });

  test('is down when every fresh worker fails to reach the store, with what the newest said', () => {
    const workers = [beat(2, { storeOk: false, storeReason: 'denied' }), beat(1, { storeOk: false, storeReason: 'timeout' })];
    expect(assess(workers)).toEqual({ state: 'down', reason: 'store: timeout', since: now });
  });

  test('is unknown when it was never seen; workers of other regions say nothing about it', () => {
    const elsewhere = beat(1, { region: regionId('paris') });
    expect(assess([elsewhere])).toEqual({ state: 'unknown', reason: 'no worker has ever reported', since: null });
  });

  test('keeps the moment of the change while its state stays', () => {
    const earlier = secondsAgo(3600);
    expect(assess([beat(1)], { state: 'up', reason: 'before', since: earlier }).since).toEqual(earlier);
    expect(assess([beat(1)], { state: 'down', reason: 'before', since: earlier }).since).toEqual(now);
    expect(assess([beat(30)], { state: 'down', reason: 'before', since: earlier }).since).toEqual(earlier);
  });

  test('is not down because the clock of a worker runs ahead', () => {
    expect(assess([beat(-60)]).state).toBe('up');
  });
});

test('durations are told in whole units', () => {
  expect([0, 12_999, 119_000, 180_000, 7_200_000, 200_000_000].map(describeDuration)).toEqual([
    '0 s',
    '12 s',
    '119 s',
    '3 min',
    '2 h',
    '2 d',
  ]);
});
