import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder } from '@cbcr/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { regionNamed } from '../../test/sample-point.ts';
import { filesystemAdapter } from '../adapters/filesystem/adapter.ts';
import type { BlobInfo, BlobStore, ListedBlob } from '../blob-store.ts';
import { forwardTo } from '../decorators/forward.ts';
import { blobStoreChecks, type CheckResult, runBlobStoreChecks, runCheck } from './run-checks.ts';

async function openFolder(): Promise<BlobStore> {
  const folder = await createTemporaryFolder();
  onTestFinished(() => folder.remove());
  const path = join(folder.path, 'region');
  await mkdir(path);
  return filesystemAdapter.create({
    region: regionNamed('disk'),
    options: { path },
    clock: systemClock,
    resolveSecret: (reference) => reference,
  });
}

const capabilities = { conditionalPut: true, versioning: false, objectLock: false, checksums: false, serverSideCopy: false };

test('a store that keeps its promises passes every check, and nothing is left in it', { timeout: 60_000 }, async () => {
  const store = await openFolder();
  const results: CheckResult[] = [];
  for await (const result of runBlobStoreChecks(store, { scope: 'contract/here', capabilities, clock: systemClock })) results.push(result);
  expect(results.map(({ name, outcome, problem }) => ({ name, outcome, problem }))).toEqual(
    blobStoreChecks.map(({ name, requires }) => ({
      name,
      outcome: requires === undefined || capabilities[requires] ? 'passed' : 'not-applicable',
      problem: null,
    })),
  );
  const left: BlobInfo[] = [];
  for await (const info of store.list('')) left.push(info);
  expect(left).toEqual([]);
});

/** One broken promise each, and a check that must notice it. */
const saboteurs: Record<string, { noticedBy: string; sabotage(store: BlobStore): Partial<BlobStore> }> = {
  'says that it erased, and did not': {
    noticedBy: 'erases a point with every object, and proves it by a listing',
    sabotage: (store) => ({
      openEraser: (permit) => ({
        ...store.openEraser(permit),
        deleteVersions: async (versions) => versions.map((version) => ({ version, outcome: 'erased' })),
      }),
    }),
  },
  'overwrites what exists': {
    noticedBy: 'never overwrites: a second put of a key is refused, even with the same bytes',
    sabotage: (store) => ({
      put: async (key, body, options) => {
        await store.delete(key);
        await store.put(key, body, options);
      },
    }),
  },
  'accepts any re-send': {
    noticedBy: 'accepts a re-send of the same bytes, and refuses other bytes under the same key',
    sabotage: (store) => ({
      put: (key, body, options) => store.put(key, body, options).catch((error) => (options.ifAbsent ? Promise.reject(error) : undefined)),
    }),
  },
  'replaces nothing': {
    noticedBy: 'replaces an object when that is asked for by name, and the same replace again or late changes nothing',
    sabotage: (store) => ({ put: (key, body, { sha256, ifAbsent, signal }) => store.put(key, body, { sha256, ifAbsent, signal }) }),
  },
  'deletes before it replaces': {
    noticedBy: 'shows the old object or the new one, whole, while it is replaced',
    sabotage: (store) => ({
      put: async (key, body, options) => {
        if (options.replace) await store.delete(key);
        await store.put(key, body, options);
      },
    }),
  },
  'does not check the hash': {
    noticedBy: 'refuses bytes that do not have their SHA-256, and shows nothing of them',
    sabotage: (store) => ({
      put: async (key, body, options) => {
        const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString('hex');
        await store.put(key, body, { ...options, sha256 });
      },
    }),
  },
  'loses the last byte': {
    noticedBy: 'holds objects of any size, the empty one and the largest included, exactly as they were given',
    sabotage: (store) => ({ get: async (key, options) => (await store.get(key, options)).subarray(0, -1) }),
  },
  'lists out of order': {
    noticedBy: 'lists in the order of the keys by code unit, folders included',
    sabotage: (store) => ({
      async *list(prefix, options) {
        const found: ListedBlob[] = [];
        for await (const info of store.list(prefix, options)) found.push(info);
        yield* found.sort((one, other) => one.key.localeCompare(other.key));
      },
    }),
  },
  'says a wrong age': {
    noticedBy: 'says of every object in a listing when it was written, where it says so at all',
    sabotage: (store) => {
      let youngerMs = 0;
      return {
        async *list(prefix, options) {
          youngerMs += 5_000;
          for await (const info of store.list(prefix, options)) yield { ...info, writtenAt: new Date(10_000_000 - youngerMs) };
        },
      };
    },
  },
  'ignores where a listing goes on': {
    noticedBy: 'lists what begins with a prefix, which may end anywhere, and goes on after a key',
    sabotage: (store) => ({ list: (prefix, options) => store.list(prefix, { signal: options?.signal }) }),
  },
  'deletes nothing': {
    noticedBy: 'removes an object for every call, twice without complaint, and takes a new one under its key',
    sabotage: () => ({ delete: async () => undefined }),
  },
  'ignores signals': {
    noticedBy: 'ends an aborted put with the reason of its signal, and shows the whole object or none',
    sabotage: (store) => ({ put: (key, body, { sha256, ifAbsent }) => store.put(key, body, { sha256, ifAbsent }) }),
  },
  'gives an empty object for a missing one': {
    noticedBy: 'says that a missing object is missing',
    sabotage: (store) => ({ get: (key, options) => store.get(key, options).catch(() => new Uint8Array()) }),
  },
};

test.each(Object.entries(saboteurs))(
  'a store that %s fails the check for it',
  { timeout: 60_000 },
  async (_name, { noticedBy, sabotage }) => {
    const store = await openFolder();
    const check = blobStoreChecks.find(({ name }) => name === noticedBy);
    const run = check && runCheck(check, { ...forwardTo(store), ...sabotage(store) }, { scope: 'contract/here/', capabilities });
    expect(await run).toEqual({ outcome: 'failed', problem: expect.any(String) });
  },
);

test('a check of a capability that the store does not have says nothing', async () => {
  const store = await openFolder();
  const needy = blobStoreChecks.filter((check) => check.requires !== undefined);
  expect(needy).not.toEqual([]);
  for (const check of needy) {
    const result = await runCheck(check, store, { scope: 'contract/here/', capabilities: { ...capabilities, conditionalPut: false } });
    expect(result).toEqual({ outcome: 'not-applicable', problem: null });
  }
});
