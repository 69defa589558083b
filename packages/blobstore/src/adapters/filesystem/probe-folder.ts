import { randomBytes, randomUUID } from 'node:crypto';
import { CbcrError } from '@cbcr/domain';
import type { BlobStore, BlobStoreProbe } from '../../blob-store.ts';
import { sha256Of } from '../../reader/sha256.ts';
import { removeStaleTemporaryFiles } from './temporary-files.ts';

/** Writes, reads and removes a small object, and takes the occasion to clean up after killed writers. */
export async function probeFolder(
  store: BlobStore,
  { root, now, signal }: { root: string; now: Date; signal: AbortSignal | undefined },
): Promise<BlobStoreProbe> {
  const key = `probe/${randomUUID()}`;
  const body = randomBytes(64);
  await store.put(key, body, { sha256: await sha256Of(body), ifAbsent: true, signal });
  try {
    const found = await store.get(key, { signal });
    if (!body.equals(found)) {
      throw new CbcrError('store.failed', { region: store.region, operation: 'probe', cause: 'it returned other bytes than were written' });
    }
  } finally {
    await store.delete(key);
  }
  await removeStaleTemporaryFiles(root, now);
  return { conditionalPut: true, versioning: false, objectLock: false, checksums: false, serverSideCopy: false, location: null };
}
