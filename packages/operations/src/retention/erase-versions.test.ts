import type { BlobEraser, StoredVersion } from '@cbcr/blobstore';
import { instanceIdSchema, recoveryPointIdSchema, regionIdSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { eraseVersions } from './erase-versions.ts';

const signal = new AbortController().signal;
const pace = async () => undefined;
const fence = () => undefined;
const scope = {
  instance: instanceIdSchema.parse('shop'),
  point: recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`),
  region: regionIdSchema.parse('alpha'),
  purpose: 'retention' as const,
  keeps: 'nothing' as const,
};

/** Holds so many versions; `honest` says of each request whether it does what it says. */
function createEraser(count: number, honest: (request: number) => boolean = () => true) {
  const stored = new Map<string, StoredVersion>();
  for (let n = 0; n < count; n++) stored.set(`key-${n}`, { key: `key-${n}`, versionId: 'v', isMarker: false, sizeBytes: 10 });
  const batches: number[] = [];
  const eraser: BlobEraser = {
    scope,
    async *listVersions() {
      yield* [...stored.values()];
    },
    lockOf: async () => null,
    async deleteVersions(versions) {
      batches.push(versions.length);
      if (honest(batches.length)) for (const { key } of versions) stored.delete(key);
      return versions.map((version) => ({ version, outcome: 'erased' }));
    },
  };
  return { eraser, stored, batches };
}

test('2,500 versions go in three requests, and each is told before the next', async () => {
  const { eraser, stored, batches } = createEraser(2_500);
  const told: number[] = [];
  await eraseVersions({
    eraser,
    goes: () => true,
    signal,
    pace,
    fence,
    onErased: async ({ versions, bytes }) => {
      expect(bytes).toBe(versions * 10);
      expect(batches).toHaveLength(told.length + 1);
      told.push(versions);
    },
  });
  expect(batches).toEqual([1000, 1000, 500]);
  expect(told).toEqual(batches);
  expect(stored.size).toBe(0);
});

test('what does not go by the predicate stays', async () => {
  const { eraser, stored } = createEraser(10);
  await eraseVersions({ eraser, goes: ({ key }) => key !== 'key-3', signal, pace, fence, onErased: async () => undefined });
  expect([...stored.keys()]).toEqual(['key-3']);
});

test('a store that says "deleted" and is wrong is asked again, and then not believed', async () => {
  const slow = createEraser(5, (request) => request > 1);
  await eraseVersions({ eraser: slow.eraser, goes: () => true, signal, pace, fence, onErased: async () => undefined });
  expect(slow.batches).toEqual([5, 5]);
  const liar = createEraser(5, () => false);
  const erasing = eraseVersions({ eraser: liar.eraser, goes: () => true, signal, pace, fence, onErased: async () => undefined });
  await expect(erasing).rejects.toMatchObject({ code: 'store.erasure-incomplete', facts: { left: 5, region: 'alpha' } });
});

test('whoever lost the run deletes no further batch', async () => {
  const { eraser, batches } = createEraser(2_500);
  const erasing = eraseVersions({
    eraser,
    goes: () => true,
    signal,
    pace,
    fence,
    onErased: () => Promise.reject(new Error('the run is lost')),
  });
  await expect(erasing).rejects.toThrow('the run is lost');
  expect(batches).toEqual([1000]);
});
