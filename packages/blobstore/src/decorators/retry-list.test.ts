import { CbcrError } from '@cbcr/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { regionNamed } from '../../test/sample-point.ts';
import { withScript } from '../../test/scripted-store.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore } from '../blob-store.ts';
import { listKeys, putNew } from '../contract/expect.ts';
import { withRetry } from './retry.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const region = regionNamed('north');
const unreachable = new CbcrError('store.unreachable', { region, cause: 'planted' });

/** The memory store of the tests lists from the start; the port lists on after a key. */
const withAfter = (store: BlobStore): BlobStore => ({
  ...store,
  async *list(prefix, { after = '', ...options } = {}) {
    for await (const info of store.list(prefix, options)) if (info.key > after) yield info;
  },
});

async function createFilledStore(names: readonly string[]): Promise<BlobStore> {
  const memory = withAfter(createMemoryStore(region));
  for (const name of names) await putNew(memory, name, Buffer.from(name));
  return memory;
}

test(`a listing that fails anywhere goes on without a gap and without a repetition (seed ${seed})`, async () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-e]{1,3}$/), { maxLength: 12 });
  const failures = fc.array(fc.boolean(), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(names, failures, async (keys, plan) => {
      const clock = createVirtualClock();
      const scripted = withScript(await createFilledStore(keys), { errors: plan.map((fails) => (fails ? unreachable : null)) });
      const store = withRetry(scripted, { clock, random: () => 0, attempts: 100 });
      expect(await clock.run(listKeys(store, ''))).toEqual([...keys].sort());
    }),
    { seed, numRuns: 50 },
  );
});

test('a listing goes on from the last key that it gave', async () => {
  const clock = createVirtualClock();
  const scripted = withScript(await createFilledStore(['a', 'b', 'c']), { errors: [null, unreachable, unreachable, null, null] });
  const store = withRetry(scripted, { clock, random: () => 0 });
  expect(await clock.run(listKeys(store, ''))).toEqual(['a', 'b', 'c']);
  expect(scripted.calls.filter((call) => call.startsWith('list'))).toEqual(['list after nothing', 'list after a', 'list after a']);
});

test('the attempts are counted afresh when the listing has moved on', async () => {
  const clock = createVirtualClock();
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const errors = keys.flatMap(() => [unreachable, null]);
  const store = withRetry(withScript(await createFilledStore(keys), { errors }), { clock, random: () => 0, attempts: 2 });
  expect(await clock.run(listKeys(store, ''))).toEqual(keys);
});

test('a listing that gets nowhere fails with the error of the store', async () => {
  const clock = createVirtualClock();
  const scripted = withScript(await createFilledStore(['a']), { errors: Array.from({ length: 9 }, () => unreachable) });
  const store = withRetry(scripted, { clock, random: () => 0, attempts: 4 });
  await expect(clock.run(listKeys(store, ''))).rejects.toBe(unreachable);
  expect(scripted.calls.filter((call) => call === 'entry')).toHaveLength(4);
});

/** Hangs before its first entry, and would hang in `return` as a generator does. */
function hangingList(signals: (AbortSignal | undefined)[]): BlobStore {
  return {
    ...createMemoryStore(region),
    async *list(_prefix, options) {
      signals.push(options?.signal);
      await new Promise(() => undefined);
      yield { key: 'never', sizeBytes: 0, writtenAt: null };
    },
  };
}

test('a page that hangs is given up as an outage', async () => {
  const clock = createVirtualClock();
  const signals: (AbortSignal | undefined)[] = [];
  const store = withRetry(hangingList(signals), { clock, random: () => 0, attempts: 2, answerTimeoutMs: 5_000 });
  await expect(clock.run(listKeys(store, ''))).rejects.toMatchObject({ code: 'store.unreachable' });
  expect(clock.monotonicMs()).toBe(10_000);
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
});

test('a reader that stops early ends the listing of the store', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const filled = await createFilledStore(['a', 'b']);
  const watched: BlobStore = {
    ...filled,
    list(prefix, options) {
      signals.push(options?.signal);
      return filled.list(prefix, options);
    },
  };
  const clock = createVirtualClock();
  const readOne = async () => {
    for await (const { key } of withRetry(watched, { clock, random: () => 0 }).list('')) return key;
    return null;
  };
  expect(await clock.run(readOne())).toBe('a');
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});
