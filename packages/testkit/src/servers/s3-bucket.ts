import { CreateBucketCommand, ListBucketsCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** Everything a client needs; plain data, so that it can be handed to other processes. */
export interface S3Settings {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  /** Exists, with versioning and object lock on. */
  bucket: string;
}

/** A plain client for preparing and inspecting a test's server; tests of the product use the product's own. */
export function createS3Client({ endpoint, region, accessKeyId, secretAccessKey }: Omit<S3Settings, 'bucket'>, maxAttempts = 3): S3Client {
  return new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true, maxAttempts });
}

/** True once the server accepts these credentials. */
export async function isS3Answering(settings: S3Settings): Promise<boolean> {
  const client = createS3Client(settings, 1);
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

/** Creates the bucket with object lock, which turns versioning on; does nothing when the caller already owns it. */
export async function ensureLockedBucket(settings: S3Settings): Promise<void> {
  const client = createS3Client(settings);
  try {
    await client.send(new CreateBucketCommand({ Bucket: settings.bucket, ObjectLockEnabledForBucket: true }));
  } catch (error) {
    if (!(error instanceof S3ServiceException && error.name === 'BucketAlreadyOwnedByYou')) throw error;
  } finally {
    client.destroy();
  }
}
