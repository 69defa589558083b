import { CbcrError, type RegionId } from '@cbcr/domain';
import { assertObjectSize } from '../blob-key.ts';
import type { BlobStore } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

/** SHA-256 in hex. WebCrypto hashes off the main thread: 64 MiB would block the event loop for about 40 ms otherwise. */
export async function hashBytes(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** `store.body-damaged` when `body` does not have the hash `sha256` (hex). */
export async function assertBodyMatches(region: RegionId, key: string, body: Uint8Array, sha256: string): Promise<void> {
  if ((await hashBytes(body)) !== sha256) throw new CbcrError('store.body-damaged', { region, key });
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
