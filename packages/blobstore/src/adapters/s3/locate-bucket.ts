import { GetBucketLocationCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { type S3Bucket, sendOptions } from './bucket.ts';
import { translateS3Error } from './translate-s3-error.ts';

/**
 * Where the provider says that the bucket is; null when it does not say. AWS answers a HEAD with it, most others only when they are asked for
 * the location. An empty location means one certain region to AWS and nothing to others, so that it counts as no answer.
 */
export async function locateBucket(store: S3Bucket, signal: AbortSignal | undefined): Promise<string | null> {
  const { client, bucket: Bucket } = store;
  const head = await answerOf(store, () => client.send(new HeadBucketCommand({ Bucket }), sendOptions(signal)));
  if (head?.BucketRegion) return head.BucketRegion;
  const location = await answerOf(store, () => client.send(new GetBucketLocationCommand({ Bucket }), sendOptions(signal)));
  return location?.LocationConstraint || null;
}

/** Null when the server does not know the question, or these credentials may not ask it. An outage is thrown. */
export async function answerOf<Answer>(store: S3Bucket, ask: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask();
  } catch (error) {
    if (translateS3Error(error, { ...store, operation: 'probe' }).code === 'store.unreachable') throw error;
    return null;
  }
}
