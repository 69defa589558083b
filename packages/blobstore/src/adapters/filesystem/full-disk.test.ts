import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder, mountSmallDisk } from '@cbcr/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { regionNamed } from '../../../test/sample-point.ts';
import { expectContent, listKeys, putNew, sampleBytes } from '../../contract/expect.ts';
import { createFilesystemBlobStore } from './filesystem-blob-store.ts';

const diskBytes = 4_000_000;
let root: string;
let remove: () => Promise<void>;

/** A real small disk where this user may mount one; elsewhere writes of more than a disk's worth fail as the system call would. */
beforeEach(async () => {
  const disk = await mountSmallDisk(diskBytes);
  if (disk !== null) {
    root = disk.folder;
    remove = () => disk.remove();
    return;
  }
  const folder = await createTemporaryFolder();
  root = folder.path;
  const handle = await open(join(root, '..'), 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const write = prototype.write;
  const planted = vi.spyOn(prototype, 'write').mockImplementation(function (this: typeof handle, ...args: unknown[]) {
    const [body] = args;
    if (body instanceof Uint8Array && body.byteLength > diskBytes) {
      return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
    }
    return Reflect.apply(write, this, args);
  });
  remove = async () => {
    planted.mockRestore();
    await folder.remove();
  };
});
afterEach(() => remove());

test('a full disk says so, keeps what it holds, leaves nothing half-written, and takes what fits', async () => {
  const store = createFilesystemBlobStore({ region: regionNamed('disk'), root, clock: systemClock });
  const small = sampleBytes(1_000, 1);
  await putNew(store, 'before/key', small);
  await expect(putNew(store, 'big/key', sampleBytes(diskBytes + 1, 2))).rejects.toMatchObject({ code: 'store.full', treatment: 'outage' });
  expect(await listKeys(store, '')).toEqual(['before/key']);
  expect(await readdir(join(root, '.tmp'))).toEqual([]);
  await expectContent(store, 'before/key', small);
  await putNew(store, 'after/key', small);
  await expectContent(store, 'after/key', small);
});
