import { randomUUID } from 'node:crypto';
import { systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore, BlobStoreCapabilities } from '../blob-store.ts';
import { listKeys } from './expect.ts';
import { blobStoreChecks, runBlobStoreChecks, runCheckAndTidy } from './run-checks.ts';

/** Runs each check of the contract as a test of its own. `capabilities` are those that this store must be found to have. */
export function describeBlobStore(
  name: string,
  { open, capabilities }: { open(): Promise<BlobStore>; capabilities: BlobStoreCapabilities },
): void {
  const scope = `contract/${randomUUID()}`;
  describe(`${name} keeps the promises of BlobStore`, () => {
    let store: BlobStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test('has the capabilities that are expected of it', async () => {
      expect(await store.probe()).toEqual(capabilities);
      expect(await listKeys(store, 'probe/')).toEqual([]);
    });
    for (const [index, check] of blobStoreChecks.entries()) {
      if (check.requires !== undefined && !capabilities[check.requires]) continue;
      test(check.name, { timeout: 60_000 }, () => runCheckAndTidy(check, store, `${scope}/${index}/`));
    }
    test('leaves nothing behind', async () => {
      expect(await listKeys(store, scope)).toEqual([]);
    });
  });
  describe(`${name} after it was closed`, () => {
    test('fails every call', async () => {
      const store = await open();
      await store.close();
      await expect(store.ping()).rejects.toMatchObject({ code: 'store.failed' });
      await expect(store.get('some/key')).rejects.toMatchObject({ code: 'store.failed' });
      const results = [];
      for await (const result of runBlobStoreChecks(store, { scope, capabilities, clock: systemClock })) results.push(result.outcome);
      expect(new Set(results)).toEqual(new Set(['failed']));
    });
  });
}
