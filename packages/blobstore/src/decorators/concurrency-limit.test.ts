import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { regionNamed } from '../../test/sample-point.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore } from '../blob-store.ts';
import { withConcurrencyLimit } from './concurrency-limit.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;

/** Every `head` takes as many milliseconds as its key says, and fails when that is odd. */
function open(maxCalls: number) {
  const clock = createVirtualClock();
  const seen = { running: 0, most: 0, started: [] as string[] };
  const slow: BlobStore = {
    ...createMemoryStore(regionNamed('north')),
    async head(key, options) {
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      seen.started.push(key);
      try {
        await clock.sleep(Number(key), options);
        if (Number(key) % 2 === 1) throw new Error('odd');
        return null;
      } finally {
        seen.running -= 1;
      }
    },
  };
  return { clock, seen, store: withConcurrencyLimit(slow, { maxCalls }) };
}

test(`never more than the limit run, all of it is used, and no place is lost to failures and aborts (seed ${seed})`, async () => {
  const callsArbitrary = fc.array(
    fc.record({ ms: fc.integer({ min: 1, max: 50 }), abortAfterMs: fc.option(fc.integer({ min: 0, max: 120 })) }),
    {
      maxLength: 25,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), callsArbitrary, async (maxCalls, calls) => {
      const { clock, seen, store } = open(maxCalls);
      const all = calls.map(({ ms, abortAfterMs }) => {
        const caller = new AbortController();
        if (abortAfterMs !== null) void clock.sleep(abortAfterMs).then(() => caller.abort(new Error('cancelled')));
        return store.head(String(ms), { signal: caller.signal });
      });
      await clock.run(Promise.allSettled(all));
      expect(seen.most).toBe(Math.min(maxCalls, calls.length));
      expect(seen.running).toBe(0);
      // Every place is free again: as many calls as the limit run side by side.
      const startedMs = clock.monotonicMs();
      await clock.run(Promise.all(Array.from({ length: maxCalls }, () => store.head('10'))));
      expect(clock.monotonicMs() - startedMs).toBeLessThanOrEqual(10);
    }),
    { seed, numRuns: 60 },
  );
});

test('calls wait in the order of their coming', async () => {
  const { clock, seen, store } = open(1);
  await clock.run(Promise.all(['40', '20', '30', '10'].map((key) => store.head(key))));
  expect(seen.started).toEqual(['40', '20', '30', '10']);
});

test('a call that is aborted while it waits ends at once and never reaches the store', async () => {
  const { clock, seen, store } = open(1);
  const first = store.head('1000');
  const caller = new AbortController();
  const second = store.head('10', { signal: caller.signal });
  caller.abort(new Error('cancelled'));
  await expect(second).rejects.toThrow('cancelled');
  await clock.run(first);
  expect(seen.started).toEqual(['1000']);
});
