import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type S3Bucket, sendOptions } from './bucket.ts';

export interface PutRequest {
  key: string;
  body: Uint8Array;
  /** Hex. */
  sha256: string;
  /** Asks the store to refuse when the key exists (412). */
  ifNoneMatch: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Sends the body with its hash in two places: in the signature (`x-amz-content-sha256`), which any server that checks signatures must
 * compare, and as the object's own checksum, which AWS also demands for buckets with object lock. So the body is not hashed again here.
 */
export async function sendPut({ client, bucket, prefix }: S3Bucket, { key, body, sha256, ifNoneMatch, signal }: PutRequest) {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: prefix + key,
    // A Buffer of known length goes out as it is; anything else is sent in signed chunks with a trailer, which not all servers take.
    Body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    ContentLength: body.byteLength,
    ContentType: 'application/octet-stream',
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    ...(ifNoneMatch ? { IfNoneMatch: '*' } : {}),
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
