import type { Readable } from 'node:stream';
import { PutObjectCommand, type PutObjectCommandOutput } from '@aws-sdk/client-s3';
import type { PaceBody } from '../../blob-store.ts';
import type { ObjectLock } from '../../lock/blob-locker.ts';
import { type S3Bucket, sendOptions } from './bucket.ts';
import { lockModes, wholeSeconds } from './lock-words.ts';
import { withPacedBody } from './paced-body.ts';

export interface PutRequest {
  key: string;
  body: Uint8Array;
  /** Hex. */
  sha256: string;
  /** Asks the store to refuse when the key exists (412). */
  ifNoneMatch: boolean;
  signal?: AbortSignal | undefined;
  pace?: PaceBody | undefined;
  lock?: ObjectLock | undefined;
}

/**
 * Sends the body with its hash in two places: in the signature (`x-amz-content-sha256`), which any server that checks signatures must
 * compare, and as the object's own checksum, which AWS also demands for buckets with object lock. So the body is not hashed again here.
 */
export async function sendPut(store: S3Bucket, request: PutRequest): Promise<PutObjectCommandOutput> {
  const { body, pace, signal } = request;
  if (pace === undefined || body.byteLength === 0) {
    return await sendBody(store, request, Buffer.from(body.buffer, body.byteOffset, body.byteLength), signal);
  }
  return await withPacedBody(pace, body, signal, (paced, attempt) => sendBody(store, request, paced, attempt));
}

async function sendBody(
  { client, bucket, prefix }: S3Bucket,
  { key, body, sha256, ifNoneMatch, lock }: PutRequest,
  sent: Buffer | Readable,
  signal: AbortSignal | undefined,
): Promise<PutObjectCommandOutput> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: prefix + key,
    // With its length and its checksum given, a body goes out as it is: not in signed chunks with a trailer, which not all servers take.
    Body: sent,
    ContentLength: body.byteLength,
    ContentType: 'application/octet-stream',
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    ...(ifNoneMatch ? { IfNoneMatch: '*' } : {}),
    ...(lock === undefined ? {} : { ObjectLockMode: lockModes[lock.mode], ObjectLockRetainUntilDate: wholeSeconds(lock.until) }),
  });
  command.middlewareStack.add(
    (next) => (args) => {
      setHeader(args.request, 'x-amz-content-sha256', sha256);
      return next(args);
    },
    { step: 'build', name: 'signGivenSha256' },
  );
  return await client.send(command, sendOptions(signal));
}

function setHeader(request: unknown, name: string, value: string): void {
  if (typeof request !== 'object' || request === null || !('headers' in request)) return;
  const { headers } = request;
  if (typeof headers === 'object' && headers !== null) Object.assign(headers, { [name]: value });
}
