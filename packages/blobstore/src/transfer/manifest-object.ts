import { type InstanceId, isCbcrError, type RecoveryPointId } from '@cbcr/domain';
import type { BlobStore, CallOptions } from '../blob-store.ts';
import { type DecodedManifest, type DecodeManifestOptions, decodeManifest } from '../format/manifest-codec.ts';
import { manifestKey } from '../object-keys.ts';
import { sha256Of } from '../reader/sha256.ts';

/**
 * The commit point of a copy: call it only when every segment is stored. The same manifest being there already is success (an earlier
 * attempt got this far); another one fails with `store.object-exists` and is left alone, unless `expectedSha256` (the catalog's) says that
 * `bytes` are the point's manifest: then what is there is damaged, and is replaced.
 */
export async function putManifest(
  store: BlobStore,
  bytes: Uint8Array,
  {
    instance,
    point,
    expectedSha256,
    signal,
  }: CallOptions & {
    instance: InstanceId;
    point: RecoveryPointId;
    expectedSha256?: string | undefined;
  },
): Promise<void> {
  const key = manifestKey(instance, point);
  const sha256 = await sha256Of(bytes);
  try {
    await store.put(key, bytes, { sha256, ifAbsent: true, signal });
  } catch (error) {
    if (!isCbcrError(error, 'store.object-exists')) throw error;
    const present = await store.get(key, { signal });
    if (Buffer.compare(present, bytes) === 0) return;
    if (sha256 !== expectedSha256) throw error;
    await store.put(key, bytes, { sha256, ifAbsent: false, replace: true, signal });
  }
}

/** Reads and checks a copy's manifest: the errors of `decodeManifest`, and `store.object-missing` for a copy that was never completed. */
export async function readManifest(
  store: BlobStore,
  options: CallOptions & Omit<DecodeManifestOptions, 'region'> & { instance: InstanceId },
): Promise<DecodedManifest & { bytes: Uint8Array }> {
  const { instance, point, signal } = options;
  const bytes = await store.get(manifestKey(instance, point), { signal });
  return { ...(await decodeManifest(bytes, { ...options, region: store.region })), bytes };
}
