import { randomUUID } from 'node:crypto';
import { systemClock } from '@cbcr/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore, BlobStoreCapabilities } from '../blob-store.ts';
import { listKeys } from './expect.ts';
import { blobStoreChecks, runBlobStoreChecks, runCheckAndTidy } from './run-checks.ts';

export interface DescribedStore {
  open(): Promise<BlobStore>;
  /** Those that this store must be found to have. */
  capabilities: BlobStoreCapabilities;
  /** What it must say of where it is; null by default. */
  location?: string | null;
  /** Checks that the server of this test is known not to pass, each with the reason. */
  knownGaps?: Readonly<Record<string, string>>;
}

/** Runs each check of the contract as a test of its own. */
export function describeBlobStore(name: string, { open, capabilities, location = null, knownGaps = {} }: DescribedStore): void {
  const scope = `contract/${randomUUID()}`;
  describe(`${name} keeps the promises of BlobStore`, () => {
    let store: BlobStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test('is excused from no check but those of the contract', () => {
      expect(blobStoreChecks.map((check) => check.name)).toEqual(expect.arrayContaining(Object.keys(knownGaps)));
    });
    test('has the capabilities that are expected of it', async () => {
      expect(await store.probe()).toEqual({ ...capabilities, location });
      expect(await listKeys(store, 'probe/')).toEqual([]);
    });
    for (const [index, check] of blobStoreChecks.entries()) {
      if (check.requires !== undefined && !capabilities[check.requires]) continue;
      if (Object.hasOwn(knownGaps, check.name)) continue;
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
      expect(results).toContain('failed');
      expect(results).not.toContain('passed');
    });
  });
}
