import type { BlobStore } from '@cbcr/blobstore';
import { type Region, regionSchema } from '@cbcr/domain';
import { expect, test } from 'vitest';
import { createRegionStores } from './region-stores.ts';

const regionAt = (path: string): Region => regionSchema.parse({ id: 'berlin', jurisdictions: ['EU'], store: { kind: 'fs', path } });

/** Counts openings and closings; the stores do nothing else. */
function countingOpener(fail: (opening: number) => boolean = () => false) {
  const counts = { opened: 0, closed: 0 };
  const open = async ({ id }: Region): Promise<BlobStore> => {
    counts.opened += 1;
    if (fail(counts.opened)) throw new Error('the secret is not there yet');
    const unused = () => Promise.reject(new Error('not part of this test'));
    return {
      region: id,
      put: unused,
      get: unused,
      head: unused,
      list: () => {
        throw new Error('not part of this test');
      },
      delete: unused,
      openEraser: () => {
        throw new Error('not part of this test');
      },
      probe: unused,
      ping: unused,
      close: async () => {
        counts.closed += 1;
      },
    };
  };
  return { counts, stores: createRegionStores(open) };
}

test('a region is opened once, also by two runs at the same time', async () => {
  const { counts, stores } = countingOpener();
  const [one, two] = await Promise.all([stores.open(regionAt('/a')), stores.open(regionAt('/a'))]);
  expect(one).toBe(two);
  expect(counts.opened).toBe(1);
});

test('changed settings open the region anew, and everything is closed at the end', async () => {
  const { counts, stores } = countingOpener();
  const before = await stores.open(regionAt('/a'));
  expect(await stores.open(regionAt('/b'))).not.toBe(before);
  await stores.close();
  expect(counts).toEqual({ opened: 2, closed: 2 });
});

test('a region that could not be opened is tried again', async () => {
  const { stores } = countingOpener((opening) => opening === 1);
  await expect(stores.open(regionAt('/a'))).rejects.toThrow('the secret is not there yet');
  await expect(stores.open(regionAt('/a'))).resolves.toMatchObject({ region: 'berlin' });
});
