import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { CbcrError } from '@cbcr/domain';
import { assertKey, assertObjectSize, assertPrefix } from '../../blob-key.ts';
import type { BlobInfo, BlobStore, BlobStoreProbe, CallOptions } from '../../blob-store.ts';
import type { StoreOperation } from '../../decorators/observation.ts';
import { guardEraser } from '../../erase/guard-eraser.ts';
import { untilAborted } from '../../until-aborted.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';
import { assertBucket, findObject } from './find-object.ts';
import { getObject } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import { createObjectVersions } from './object-versions.ts';
import { probeBucket } from './probe-bucket.ts';
import { putObject } from './put-object.ts';
import { isNotFound } from './translate-s3-error.ts';

/** Objects in one bucket under one prefix. `close` destroys the client. The first `put` probes the bucket unless `probe` did so before. */
export function createS3BlobStore(bucket: S3Bucket): BlobStore {
  const { region, client } = bucket;
  let closed = false;
  let known: Promise<BlobStoreProbe> | null = null;

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

  return {
    region,
    async put(key, body, options) {
      assertKey(region, key);
      assertObjectSize(region, key, body.byteLength);
      const { signal } = options;
      await edge('put', { key, signal }, async () => putObject(bucket, await knowBucket(signal), key, body, options));
    },
    async get(key, options = {}) {
      assertKey(region, key);
      return await edge('get', { key, signal: options.signal }, () => getObject(bucket, key, options));
    },
    async head(key, { signal } = {}) {
      assertKey(region, key);
      return await edge('head', { key, signal }, async (): Promise<BlobInfo | null> => {
        const found = await findObject(bucket, key, signal);
        return found === null ? null : { key, sizeBytes: found.sizeBytes };
      });
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
          await client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: bucket.prefix + key }), sendOptions(signal));
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      });
    },
    openEraser(permit) {
      const { listVersions, lockOf, deleteVersions } = createObjectVersions(bucket);
      return guardEraser(region, permit, {
        async *listVersions(prefix, options = {}) {
          await edge('list', options, async () => undefined);
          yield* listVersions(prefix, options);
        },
        lockOf: (version, options = {}) => edge('lock', { key: version.key, ...options }, () => lockOf(version, options)),
        deleteVersions: (versions, options = {}) => edge('erase', options, () => deleteVersions(versions, options)),
      });
    },
    async probe(options = {}) {
      const probe = await edge('probe', options, () => probeBucket(bucket, options));
      known = Promise.resolve(probe);
      return probe;
    },
    async ping({ signal } = {}) {
      await edge('ping', { signal }, () => assertBucket(bucket, signal));
    },
    async close() {
      closed = true;
      client.destroy();
    },
  };
}
