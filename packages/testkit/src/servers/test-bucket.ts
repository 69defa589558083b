import { randomBytes } from 'node:crypto';
import { ensureLockedBucket, type S3Settings } from './s3-bucket.ts';

/** A new bucket for one test, with versioning and object lock on; it goes away with the server. */
export async function createTestBucket(s3: S3Settings): Promise<S3Settings> {
  const settings = { ...s3, bucket: `test-${randomBytes(6).toString('hex')}` };
  await ensureLockedBucket(settings);
  return settings;
}
