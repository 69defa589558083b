import { CbcrError, type RegionId } from '@cbcr/domain';
import { assertObjectSize } from '../blob-key.ts';
import type { BlobStore } from '../blob-store.ts';
import { sha256Of } from '../reader/sha256.ts';
import { forwardTo } from './forward.ts';

/** `store.body-damaged` when `body` does not have the hash `sha256` (hex). */
export async function assertBodyMatches(region: RegionId, key: string, body: Uint8Array, sha256: string): Promise<void> {
  if ((await sha256Of(body)) !== sha256) throw new CbcrError('store.body-damaged', { region, key });
}

/** Checks each body against its SHA-256 before it is handed on: for stores that do not check what they receive. */
export function withChecksum(store: BlobStore): BlobStore {
  return {
    ...forwardTo(store),
    async put(key, body, options) {
      assertObjectSize(store.region, key, body.byteLength);
      await assertBodyMatches(store.region, key, body, options.sha256);
      await store.put(key, body, options);
    },
  };
}
