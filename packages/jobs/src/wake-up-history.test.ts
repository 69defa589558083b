import { expect, test } from 'vitest';
import { afterDeaths, afterOutage, fruitlessDeaths, readWakeUpHistory } from './wake-up-history.ts';

const progress = (doneBytes: number) => ({ phase: 'moving', doneBytes, totalBytes: null });
const fresh = { outages: 0, highWaterBytes: 0, deathsAtProgress: 0 };

test.each([[0], [null], ['half'], [{ outages: -1 }], [{ outages: 'many', highWaterBytes: 0, deathsAtProgress: 0 }]])(
  'a job that carries no history (%j) starts a fresh one',
  (jobProgress) => {
    expect(readWakeUpHistory(jobProgress)).toEqual(fresh);
  },
);

test('a history survives its way through Redis', () => {
  const history = { outages: 3, highWaterBytes: 77, deathsAtProgress: 1 };
  expect(readWakeUpHistory(JSON.parse(JSON.stringify(history)))).toEqual(history);
});

test('outages in a row add up, and progress beyond everything earlier starts a new count', () => {
  const once = afterOutage(fresh, null);
  const twice = afterOutage(once, null);
  expect([once.outages, twice.outages]).toEqual([1, 2]);
  const moved = afterOutage(twice, progress(100));
  expect(moved).toMatchObject({ outages: 1, highWaterBytes: 100 });
  expect(afterOutage(moved, progress(100)).outages).toBe(2);
});

test('deaths count as fruitless only while the run gets no further', () => {
  let history = fresh;
  const dies = (deaths: number, doneBytes: number) => {
    history = afterDeaths(history, { progress: progress(doneBytes) }, deaths);
    return fruitlessDeaths(history, deaths);
  };
  expect([dies(1, 0), dies(2, 0), dies(3, 500), dies(4, 400), dies(5, 500)]).toEqual([1, 2, 0, 1, 2]);
});
