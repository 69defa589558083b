import { randomBytes, randomUUID } from 'node:crypto';
import { CopyObjectCommand, DeleteObjectCommand, GetBucketVersioningCommand, GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3';
import { CbcrError } from '@cbcr/domain';
import type { BlobStoreProbe, CallOptions } from '../../blob-store.ts';
import { sha256Of } from '../../reader/sha256.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';
import { getObject } from './get-object.ts';
import { answerOf, locateBucket } from './locate-bucket.ts';
import { sendPut } from './put-request.ts';
import { isBodyRefusal, translateS3Error } from './translate-s3-error.ts';

interface WrittenVersion {
  key: string;
  /** Absent where there are no versions. */
  versionId: string | undefined;
}

/** Finds out what the bucket really does, by doing it. Removes what it wrote, version by version where there are versions. */
export async function probeBucket(store: S3Bucket, { signal }: CallOptions): Promise<BlobStoreProbe> {
  return await atTheEdge(store, { operation: 'probe', signal }, async () => {
    const key = `probe/${randomUUID()}`;
    // A key of its own: versitygw 1.7 duplicates an existing object when it refuses a damaged body for the same key.
    const damagedKey = `${key}-damaged`;
    const body = randomBytes(64);
    const sha256 = await sha256Of(body);
    const written: WrittenVersion[] = [];
    try {
      written.push({ key, versionId: (await sendPut(store, { key, body, sha256, ifNoneMatch: false, signal })).VersionId });
      await assertReadsBack(store, key, body, signal);
      const second = await tryPut(store, { key, body, sha256, ifNoneMatch: true, signal });
      if (second.stored) written.push({ key, versionId: second.versionId });
      const damaged = await tryPut(store, { key: damagedKey, body: randomBytes(64), sha256, ifNoneMatch: false, signal });
      if (damaged.stored) written.push({ key: damagedKey, versionId: damaged.versionId });
      const { client, bucket: Bucket } = store;
      const versioning = await answerOf(store, () => client.send(new GetBucketVersioningCommand({ Bucket }), sendOptions(signal)));
      const lock = await answerOf(store, () => client.send(new GetObjectLockConfigurationCommand({ Bucket }), sendOptions(signal)));
      return {
        conditionalPut: !second.stored && second.refusal === 'exists',
        checksums: !damaged.stored && damaged.refusal === 'damaged',
        versioning: versioning?.Status === 'Enabled',
        objectLock: lock?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
        serverSideCopy: await canCopy(store, { key, body, signal }, written),
        location: await locateBucket(store, signal),
      };
    } finally {
      await removeVersions(store, written);
    }
  });
}

type PutAttempt = { stored: true; versionId: string | undefined } | { stored: false; refusal: 'exists' | 'damaged' | 'unsupported' };

/** An outage is thrown; any other refusal is an answer. */
async function tryPut(store: S3Bucket, request: Parameters<typeof sendPut>[1]): Promise<PutAttempt> {
  try {
    return { stored: true, versionId: (await sendPut(store, request)).VersionId };
  } catch (error) {
    if (isBodyRefusal(error)) return { stored: false, refusal: 'damaged' };
    const translated = translateS3Error(error, { ...store, operation: 'probe' });
    if (translated.code === 'store.object-exists') return { stored: false, refusal: 'exists' };
    if (translated.code === 'store.failed') return { stored: false, refusal: 'unsupported' };
    throw error;
  }
}

/**
 * Whether the store makes a copy of an object by itself, of the same bytes. A server that does not know the request may answer it with nothing, which
 * the SDK takes for an outage: only one that does not answer a read either is away.
 */
async function canCopy(
  store: S3Bucket,
  { key, body, signal }: { key: string; body: Buffer; signal: AbortSignal | undefined },
  written: WrittenVersion[],
): Promise<boolean> {
  const { client, bucket: Bucket, prefix } = store;
  const copiedKey = `${key}-copied`;
  const CopySource = `${Bucket}/${prefix}${key}`.split('/').map(encodeURIComponent).join('/');
  try {
    const command = new CopyObjectCommand({ Bucket, Key: prefix + copiedKey, CopySource });
    const { VersionId } = await client.send(command, sendOptions(signal));
    written.push({ key: copiedKey, versionId: VersionId });
    return body.equals(await getObject(store, copiedKey, { signal }));
  } catch {
    signal?.throwIfAborted();
    // It may have been made all the same; where there are versions, a delete without one would leave a marker behind.
    if (written.every(({ versionId }) => versionId === undefined)) written.push({ key: copiedKey, versionId: undefined });
    await assertReadsBack(store, key, body, signal);
    return false;
  }
}

async function assertReadsBack(store: S3Bucket, key: string, body: Buffer, signal: AbortSignal | undefined): Promise<void> {
  if (body.equals(await getObject(store, key, { signal }))) return;
  throw new CbcrError('store.failed', { region: store.region, operation: 'probe', cause: 'it returned other bytes than were written' });
}

/** Best effort: a locked version, or one that these credentials may not remove, stays as 64 bytes of litter. */
async function removeVersions({ client, bucket, prefix }: S3Bucket, written: WrittenVersion[]): Promise<void> {
  for (const { key, versionId } of written) {
    const command = new DeleteObjectCommand({
      Bucket: bucket,
      Key: prefix + key,
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    });
    await client.send(command).catch(() => undefined);
  }
}
