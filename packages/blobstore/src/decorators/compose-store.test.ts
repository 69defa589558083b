import { CbcrError } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { regionNamed } from '../../test/sample-point.ts';
import { withScript } from '../../test/scripted-store.ts';
import { createVirtualClock } from '../../test/virtual-clock.ts';
import type { BlobStore } from '../blob-store.ts';
import { listKeys, putNew, sampleBytes, sha256Of } from '../contract/expect.ts';
import { withChecksum } from './checksum.ts';
import { composeStore } from './compose-store.ts';
import type { StoreCall } from './observation.ts';

const region = regionNamed('north');
const unreachable = new CbcrError('store.unreachable', { region, cause: 'planted' });
const body = sampleBytes(1_000, 1);

test('every attempt is observed, with its outcome, its duration and its bytes', async () => {
  const clock = createVirtualClock();
  const calls: StoreCall[] = [];
  const scripted = withScript(createMemoryStore(region), { errors: [unreachable, null, null] });
  const store = composeStore(scripted, { clock, random: () => 0, observe: (call) => calls.push(call) });
  await clock.run(putNew(store, 'key', body));
  await clock.run(store.get('key'));
  await clock.run(expect(store.get('other')).rejects.toMatchObject({ code: 'store.object-missing' }));
  await clock.run(listKeys(store, ''));
  expect(calls.map(({ operation, outcome, sizeBytes }) => [operation, outcome, sizeBytes])).toEqual([
    ['put', 'store.unreachable', 0],
    ['put', 'ok', 1_000],
    ['get', 'ok', 1_000],
    ['get', 'store.object-missing', 0],
    ['list', 'ok', 0],
  ]);
  expect(calls.every((call) => call.region === region && call.durationMs === 0)).toBe(true);
});

test('giving up is observed as such, and says nothing about the store', async () => {
  const clock = createVirtualClock();
  const calls: StoreCall[] = [];
  const caller = new AbortController();
  const asked = Promise.withResolvers<void>();
  const slow: BlobStore = {
    ...createMemoryStore(region),
    async get(_key, options) {
      asked.resolve();
      await clock.sleep(9_000, options);
      return body;
    },
  };
  const store = composeStore(slow, { clock, random: () => 0, observe: (call) => calls.push(call) });
  const call = store.get('key', { signal: caller.signal });
  await asked.promise;
  caller.abort(new Error('cancelled'));
  await expect(call).rejects.toThrow('cancelled');
  await clock.run(Promise.resolve());
  expect(calls.map(({ outcome }) => outcome)).toEqual(['aborted']);
});

test('a read-only store reads, and refuses whatever writes', async () => {
  const clock = createVirtualClock();
  const memory = createMemoryStore(region);
  await putNew(memory, 'key', body);
  const store = composeStore(memory, { clock, random: () => 0, readOnly: true });
  expect(await clock.run(store.get('key'))).toEqual(body);
  expect(await clock.run(store.head('key'))).toEqual({ key: 'key', sizeBytes: 1_000 });
  expect(await clock.run(listKeys(store, ''))).toEqual(['key']);
  await expect(putNew(store, 'new', body)).rejects.toMatchObject({ code: 'store.read-only' });
  await expect(store.delete('key')).rejects.toMatchObject({ code: 'store.read-only' });
  await expect(store.probe()).rejects.toMatchObject({ code: 'store.read-only' });
  expect([...memory.objects.keys()]).toEqual(['key']);
});

test('a body that does not have its hash never reaches a store that would not check it', async () => {
  const scripted = withScript(createMemoryStore(region), { errors: [] });
  const store = withChecksum(scripted);
  const options = { sha256: sha256Of(sampleBytes(1_000, 2)), ifAbsent: true };
  await expect(store.put('key', body, options)).rejects.toMatchObject({ code: 'store.body-damaged' });
  expect(scripted.calls).toEqual([]);
});
