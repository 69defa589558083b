import type { Clock } from '@cbcr/domain';
import type { SeenTime } from '@cbcr/policy';
import { createLogger } from '@cbcr/telemetry';
import { expect, test } from 'vitest';
import { createClockWatcher } from './clock-watcher.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const day = 86_400_000;

/** A catalog whose time and a machine whose clock a test lets pass. */
function createTimes() {
  let [catalogMs, machineMs] = [Date.UTC(2027, 0), 0];
  let seen: SeenTime | null = null;
  const clock: Clock = {
    now: () => new Date(machineMs),
    monotonicMs: () => machineMs,
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
  };
  const catalog = {
    now: async () => new Date(catalogMs),
    clockWatch: {
      read: async () => seen,
      see: async (watched: SeenTime) => {
        seen = watched;
      },
    },
  };
  const watch = createClockWatcher({ catalog, clock, logger });
  return {
    /** Both clocks go on, the catalog's by so much more, and the watcher looks. */
    async pass(ms: number, jumpMs = 0) {
      machineMs += ms;
      catalogMs += ms + jumpMs;
      await watch();
      return seen?.doubt ?? null;
    },
    confirm() {
      if (seen !== null) seen = { ...seen, doubt: null };
    },
  };
}

test('a jump is noticed however long the scheduler has watched, and settled by the right time or by a person', async () => {
  const times = createTimes();
  await times.pass(0);
  for (let days = 0; days < 100; days++) expect(await times.pass(day)).toBeNull();
  expect(await times.pass(1_000, 45 * 60_000)).toMatchObject({ text: expect.stringContaining('jumped ahead') });
  expect(await times.pass(1_000)).not.toBeNull();
  expect(await times.pass(1_000, -45 * 60_000)).toBeNull();
  expect(await times.pass(1_000, -45 * 60_000)).toMatchObject({ text: expect.stringContaining('jumped back') });
  times.confirm();
  expect(await times.pass(1_000)).toBeNull();
  expect(await times.pass(day)).toBeNull();
});

test('steps too small to be noticed add up', async () => {
  const times = createTimes();
  await times.pass(0);
  expect(await times.pass(1_000, 50_000)).toBeNull();
  expect(await times.pass(1_000, 50_000)).not.toBeNull();
});
