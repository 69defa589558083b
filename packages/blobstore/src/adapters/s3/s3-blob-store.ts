import { DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { CbcrError } from '@cbcr/domain';
import { assertKey, assertObjectSize, assertPrefix } from '../../blob-key.ts';
import type { BlobInfo, BlobStore, BlobStoreCapabilities, CallOptions, PutOptions } from '../../blob-store.ts';
import { assertBodyMatches } from '../../decorators/checksum.ts';
import type { StoreOperation } from '../../decorators/observation.ts';
import { sha256Of } from '../../reader/sha256.ts';
import { untilAborted } from '../../until-aborted.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';
import { listObjects } from './list-objects.ts';
import { probeBucket } from './probe-bucket.ts';
import { sendPut } from './put-request.ts';
import { readBody } from './read-body.ts';
import { isBodyRefusal, isNotFound, isTaken } from './translate-s3-error.ts';

/** `sha256`: hex, null when the store does not know it. */
type FoundObject = BlobInfo & { sha256: string | null };

/** Objects in one bucket under one prefix. `close` destroys the client. The first `put` probes the bucket unless `probe` did so before. */
export function createS3BlobStore(bucket: S3Bucket): BlobStore {
  const { region, client } = bucket;
  const address = (key: string) => ({ Bucket: bucket.bucket, Key: bucket.prefix + key });
  let closed = false;
  let known: Promise<BlobStoreCapabilities> | null = null;

  const edge = async <Result>(operation: StoreOperation, options: CallOptions & { key?: string }, work: () => Promise<Result>) => {
    if (closed) throw new CbcrError('store.failed', { region, operation, cause: 'the store is closed' });
    return await atTheEdge(bucket, { operation, ...options }, work);
  };

  /** Many first puts share one probe, so that it must not end with the signal of one of them. */
  const knowBucket = (signal: AbortSignal | undefined) => {
    known ??= edge('probe', {}, () => probeBucket(bucket, {})).catch((error) => {
      known = null;
      throw error;
    });
    return untilAborted(known, signal);
  };

  const get = (key: string, signal: AbortSignal | undefined) =>
    edge('get', { key, signal }, async () => {
      const answer = await client.send(new GetObjectCommand(address(key)), sendOptions(signal));
      return await readBody(answer, { region, key, signal });
    });

  const head = (key: string, signal: AbortSignal | undefined) =>
    edge('head', { key, signal }, async (): Promise<FoundObject | null> => {
      try {
        const answer = await client.send(new HeadObjectCommand({ ...address(key), ChecksumMode: 'ENABLED' }), sendOptions(signal));
        const checksum = answer.ChecksumSHA256;
        const sha256 = checksum === undefined ? null : Buffer.from(checksum, 'base64').toString('hex');
        return { key, sizeBytes: answer.ContentLength ?? 0, sha256 };
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await assertBucket(signal);
        return null;
      }
    });

  /** HEAD has no body that could say what is missing. */
  const assertBucket = async (signal: AbortSignal | undefined) => {
    try {
      await client.send(new HeadBucketCommand({ Bucket: bucket.bucket }), sendOptions(signal));
    } catch (error) {
      if (isNotFound(error)) throw new CbcrError('store.bucket-missing', { region, bucket: bucket.bucket });
      throw error;
    }
  };

  /** The key is taken: success if it holds these very bytes and that is good enough, else a refusal. */
  const acceptExisting = async (found: FoundObject, body: Uint8Array, { sha256, ifAbsent, signal }: PutOptions) => {
    const exists = new CbcrError('store.object-exists', { region, key: found.key });
    if (ifAbsent || found.sizeBytes !== body.byteLength) throw exists;
    if ((found.sha256 ?? (await sha256Of(await get(found.key, signal)))) !== sha256) throw exists;
  };

  /** What `send` does when the store says that the key is taken. */
  const orAccept = async (key: string, body: Uint8Array, options: PutOptions, send: (ifNoneMatch: boolean) => Promise<unknown>) => {
    try {
      await send(true);
    } catch (error) {
      if (!isTaken(error)) throw error;
      const found = await head(key, options.signal);
      if (found !== null) return await acceptExisting(found, body, options);
      // A delete marker: versitygw 1.7 takes it for an object, where S3 takes it for none. Until the marker is gone nothing there is
      // exclusive, so that two writers of one deleted key can both succeed; both objects are kept as versions.
      await send(false);
    }
  };

  return {
    region,
    async put(key, body, options) {
      assertKey(region, key);
      assertObjectSize(region, key, body.byteLength);
      const { sha256, signal } = options;
      const { conditionalPut, checksums } = await knowBucket(signal);
      if (!checksums) await assertBodyMatches(region, key, body, sha256);
      const send = async (ifNoneMatch: boolean) => {
        try {
          await sendPut(bucket, { key, body, sha256, ifNoneMatch, signal });
        } catch (error) {
          // Damaged before it left, which no other attempt can mend; or on its way, which another one can.
          if (isBodyRefusal(error)) await assertBodyMatches(region, key, body, sha256);
          throw error;
        }
      };
      await edge('put', { key, signal }, async () => {
        if (conditionalPut) return await orAccept(key, body, options, send);
        const found = await head(key, signal);
        if (found === null) await send(false);
        else await acceptExisting(found, body, options);
      });
    },
    async get(key, { signal } = {}) {
      assertKey(region, key);
      return await get(key, signal);
    },
    async head(key, { signal } = {}) {
      assertKey(region, key);
      const found = await head(key, signal);
      return found === null ? null : { key, sizeBytes: found.sizeBytes };
    },
    async *list(prefix, options = {}) {
      assertPrefix(region, prefix);
      await edge('list', options, async () => undefined);
      yield* listObjects(bucket, prefix, options);
    },
    async delete(key, { signal } = {}) {
      assertKey(region, key);
      await edge('delete', { key, signal }, async () => {
        try {
          await client.send(new DeleteObjectCommand(address(key)), sendOptions(signal));
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      });
    },
    async probe(options = {}) {
      const capabilities = await edge('probe', options, () => probeBucket(bucket, options));
      known = Promise.resolve(capabilities);
      return capabilities;
    },
    async ping({ signal } = {}) {
      await edge('ping', { signal }, () => assertBucket(signal));
    },
    async close() {
      closed = true;
      client.destroy();
    },
  };
}
