import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder } from '@cbcr/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { regionNamed } from '../../../test/sample-point.ts';
import type { BlobStore } from '../../blob-store.ts';
import { expectContent, listKeys, putNew, sampleBytes, sha256Of } from '../../contract/expect.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';

const region = regionNamed('disk');
const body = sampleBytes(1_000, 1);
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let root: string;
let store: BlobStore;

beforeEach(async () => {
  folder = await createTemporaryFolder();
  root = join(folder.path, 'region');
  await mkdir(root);
  store = createFilesystemBlobStore({ region, root, clock: systemClock });
});
afterEach(() => folder.remove());

const calls: Record<string, (store: BlobStore) => Promise<unknown>> = {
  put: (store) => putNew(store, 'a/key', body),
  get: (store) => store.get('a/key'),
  head: (store) => store.head('a/key'),
  list: (store) => listKeys(store, 'a/'),
  delete: (store) => store.delete('a/key'),
  probe: (store) => store.probe(),
  ping: (store) => store.ping(),
};

test.each(Object.entries(calls))(
  '%s is an outage when the folder of the region is not there, and does not create it',
  async (_name, call) => {
    await rm(root, { recursive: true });
    await expect(call(store)).rejects.toMatchObject({ code: 'store.unreachable' });
    expect(existsSync(root)).toBe(false);
  },
);

test('a disk that comes back is used again', async () => {
  await putNew(store, 'a/key', body);
  await rename(root, `${root}-away`);
  await expect(store.get('a/key')).rejects.toMatchObject({ code: 'store.unreachable' });
  await rename(`${root}-away`, root);
  await expectContent(store, 'a/key', body);
});

test('a folder that goes away during a listing is an outage, not a short listing', async () => {
  for (const name of ['a/1', 'a/2', 'b/1']) await putNew(store, name, body);
  const read = async () => {
    for await (const _ of store.list('')) await rm(root, { recursive: true, force: true });
  };
  await expect(read()).rejects.toMatchObject({ code: 'store.unreachable' });
});

test('files that are no objects are not listed: links, hidden files, names that are no keys', async () => {
  await putNew(store, 'a/key', body);
  await writeFile(join(root, '.DS_Store'), '');
  await writeFile(join(root, 'a', 'name with spaces'), '');
  await symlink('/etc', join(root, 'link'));
  expect(await listKeys(store, '')).toEqual(['a/key']);
});

test('folders that a delete leaves empty are removed, the root aside', async () => {
  await putNew(store, 'a/b/c/key', body);
  await putNew(store, 'a/other', body);
  await store.delete('a/b/c/key');
  expect(await readdir(join(root, 'a'))).toEqual(['other']);
  await store.delete('a/other');
  expect(await readdir(root)).toEqual(['.tmp']);
});

test('puts succeed while deletes remove the folders that they need', async () => {
  const work = Array.from({ length: 40 }, async (_, number) => {
    const key = `shared/folder/${number}`;
    await putNew(store, key, body);
    await expectContent(store, key, body);
    await store.delete(key);
  });
  await Promise.all(work);
  expect(await listKeys(store, '')).toEqual([]);
});

test('a put that fails or is aborted leaves no temporary file', async () => {
  await putNew(store, 'key', body);
  await expect(putNew(store, 'key', body)).rejects.toMatchObject({ code: 'store.object-exists' });
  await expect(putNew(store, 'key/beneath', body)).rejects.toMatchObject({ code: 'store.key-invalid' });
  const caller = new AbortController();
  const large = sampleBytes(20_000_000, 2);
  const put = store.put('large', large, { sha256: sha256Of(large), ifAbsent: true, signal: caller.signal });
  caller.abort(new Error('cancelled'));
  await expect(put).rejects.toThrow('cancelled');
  expect(await readdir(join(root, '.tmp'))).toEqual([]);
  expect(await listKeys(store, '')).toEqual(['key']);
});

test('objects are plain files under their keys', async () => {
  await putNew(store, 'v1/shop/manifest.json', body);
  expect(await readdir(join(root, 'v1', 'shop'))).toEqual(['manifest.json']);
});
