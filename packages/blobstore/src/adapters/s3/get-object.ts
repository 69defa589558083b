import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type S3Bucket, sendOptions } from './bucket.ts';
import { readBody } from './read-body.ts';

export async function getObject(
  { client, bucket, prefix, region }: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }), sendOptions(signal));
  return await readBody(answer, { region, key, signal });
}
