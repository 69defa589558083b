import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { GetOptions, PaceBody } from '../../blob-store.ts';
import { type S3Bucket, sendOptions } from './bucket.ts';
import { readBody } from './read-body.ts';

export async function getObject(
  { client, bucket, prefix, region }: S3Bucket,
  key: string,
  { signal, pace, memory }: GetOptions,
): Promise<Uint8Array> {
  if (pace !== undefined && pace.passes?.() !== true) await awaitFirstByte(pace, signal);
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }), sendOptions(signal));
  return await readBody(answer, { region, key, signal, pace, memory });
}

/** Asks for nothing while nothing may move: the answer would lie in buffers, and its connection be closed for being idle. */
async function awaitFirstByte(pace: PaceBody, signal: AbortSignal | undefined): Promise<void> {
  for await (const _ of pace(new Uint8Array(1), signal)) return;
}
