import { systemClock } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createErasePace } from './erase-pace.ts';

test('whoever shares the pace waits for what went before, and a pause is not saved up', async () => {
  const slept: number[] = [];
  let nowMs = 0;
  const clock = {
    ...systemClock,
    monotonicMs: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
  const { signal } = new AbortController();
  const pace = createErasePace({ clock, perSecond: 1_000 });
  await pace(1_000, signal);
  await pace(500, signal);
  await pace(1_000, signal);
  expect(slept).toEqual([1_000, 500]);
  nowMs += 60_000;
  for (const versions of [1_000, 1]) await pace(versions, signal);
  expect(slept).toEqual([1_000, 500, 1_000]);
});
