import { HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { CbcrError } from '@cbcr/domain';
import type { BlobInfo } from '../../blob-store.ts';
import { type S3Bucket, sendOptions } from './bucket.ts';
import { isNotFound, isWordless } from './translate-s3-error.ts';

/** `sha256`: hex, null when the store does not know it. */
export type FoundObject = BlobInfo & { sha256: string | null };

/** The current object of a key, or null. Fails when it is the bucket that is missing. */
export async function findObject(store: S3Bucket, key: string, signal: AbortSignal | undefined): Promise<FoundObject | null> {
  const command = new HeadObjectCommand({ Bucket: store.bucket, Key: store.prefix + key, ChecksumMode: 'ENABLED' });
  try {
    const { ContentLength: sizeBytes = 0, ChecksumSHA256: checksum } = await store.client.send(command, sendOptions(signal));
    return { key, sizeBytes, sha256: checksum === undefined ? null : Buffer.from(checksum, 'base64').toString('hex') };
  } catch (error) {
    if (isWordless(error)) await askAloud(store, signal);
    if (!isNotFound(error)) throw error;
    // The answer to a HEAD has no body that could say what is missing.
    await assertBucket(store, signal);
    return null;
  }
}

export async function assertBucket(store: S3Bucket, signal: AbortSignal | undefined): Promise<void> {
  const { client, bucket, region } = store;
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), sendOptions(signal));
  } catch (error) {
    if (isNotFound(error)) throw new CbcrError('store.bucket-missing', { region, bucket });
    if (isWordless(error)) await askAloud(store, signal);
    throw error;
  }
}

/** Throws what is wrong, in words, where the answer to a HEAD could not say it. */
async function askAloud({ client, bucket, prefix }: S3Bucket, signal: AbortSignal | undefined): Promise<void> {
  await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }), sendOptions(signal));
}

/** Is the newest version of the key a delete marker? */
export async function isDeleted({ client, bucket, prefix }: S3Bucket, key: string, signal: AbortSignal | undefined): Promise<boolean> {
  // The key itself sorts before all longer ones, and its newest version before the older ones.
  const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix + key, MaxKeys: 1 });
  const { DeleteMarkers: [marker] = [] } = await client.send(command, sendOptions(signal));
  return marker?.Key === prefix + key && marker.IsLatest === true;
}
