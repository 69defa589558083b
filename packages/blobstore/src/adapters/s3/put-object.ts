import { CbcrError } from '@cbcr/domain';
import type { BlobStoreCapabilities, PutOptions } from '../../blob-store.ts';
import { assertBodyMatches } from '../../decorators/checksum.ts';
import { sha256Of } from '../../reader/sha256.ts';
import type { S3Bucket } from './bucket.ts';
import { type FoundObject, findObject, isDeleted } from './find-object.ts';
import { getObject } from './get-object.ts';
import { sendPut } from './put-request.ts';
import { isBodyRefusal, isConnectionLoss, isTaken } from './translate-s3-error.ts';

/** A body that fits into socket buffers: its refusal can be read whenever the server writes it. */
const smallBodyBytes = 16 * 1024;

/**
 * Stores an object without overwriting, as `BlobStore.put` promises; with `replace`, over what is there.
 *
 * Looks before it sends a large body, even where the store would refuse: a server that refuses before it has read the body closes the
 * connection, and what arrives here is then a reset instead of the 412 (versitygw 1.7: 10 of 11 puts of 32 MiB over an existing key).
 * Taken for an outage, such a refusal would let a run wait for a healthy region.
 */
export async function putObject(
  store: S3Bucket,
  capabilities: BlobStoreCapabilities,
  key: string,
  body: Uint8Array,
  options: PutOptions,
): Promise<void> {
  const { sha256, ifAbsent, signal } = options;
  const { region } = store;
  if (options.lock !== undefined && !capabilities.objectLock) throw new CbcrError('lock.unsupported', { region });
  if (!capabilities.checksums) await assertBodyMatches(region, key, body, sha256);
  if (options.replace === true) return await send(store, key, body, options, false);
  if (!capabilities.conditionalPut || !ifAbsent || body.byteLength > smallBodyBytes) {
    const found = await findObject(store, key, signal);
    if (found !== null) return await acceptExisting(store, found, body, options);
  }
  try {
    await send(store, key, body, options, capabilities.conditionalPut);
  } catch (error) {
    const isRefused = isTaken(error);
    if (!isRefused && !isConnectionLoss(error)) throw error;
    const found = await findObject(store, key, signal);
    if (found === null) {
      if (!isRefused && !(await isDeleted(store, key, signal))) throw error;
      // versitygw 1.7 takes a delete marker for an object, where S3 takes it for none. Nothing is exclusive over a marker there: two
      // writers of a deleted key can both succeed, and both objects are kept as versions.
      return await send(store, key, body, options, false);
    }
    // These bytes may be ours, stored before the connection broke, or have been there before: only a re-send may accept them.
    if (!isRefused && ifAbsent && (await holds(store, found, body, options))) throw error;
    await acceptExisting(store, found, body, options);
  }
}

async function send(
  store: S3Bucket,
  key: string,
  body: Uint8Array,
  { sha256, signal, pace, lock }: PutOptions,
  ifNoneMatch: boolean,
): Promise<void> {
  try {
    await sendPut(store, { key, body, sha256, ifNoneMatch, signal, pace, lock });
  } catch (error) {
    // Damaged before it left, which no other attempt can mend; or on its way, which another one can.
    if (isBodyRefusal(error)) await assertBodyMatches(store.region, key, body, sha256);
    throw error;
  }
}

/** The key is taken: success if it holds these very bytes and that is good enough, else a refusal. */
async function acceptExisting(store: S3Bucket, found: FoundObject, body: Uint8Array, options: PutOptions): Promise<void> {
  if (!options.ifAbsent && (await holds(store, found, body, options))) return;
  throw new CbcrError('store.object-exists', { region: store.region, key: found.key });
}

async function holds(store: S3Bucket, found: FoundObject, body: Uint8Array, { sha256, signal }: PutOptions): Promise<boolean> {
  if (found.sizeBytes !== body.byteLength) return false;
  return (found.sha256 ?? (await sha256Of(await getObject(store, found.key, { signal })))) === sha256;
}
