import type { z } from 'zod';
import { defineStoreAdapter, type StoreContext } from '../store-adapter.ts';
import type { S3Bucket } from './bucket.ts';
import { createS3Client } from './client.ts';
import { s3OptionsSchema } from './options.ts';
import { createS3BlobLocker } from './s3-blob-locker.ts';
import { createS3BlobStore } from './s3-blob-store.ts';

type S3Options = z.output<typeof s3OptionsSchema>;

export const s3Adapter = defineStoreAdapter({
  kind: 's3',
  optionsSchema: s3OptionsSchema,
  open: async (options, context) => createS3BlobStore(await openBucket(options, context)),
  openLocker: async (options, context) => createS3BlobLocker(await openBucket(options, context), context.clock),
});

async function openBucket(options: S3Options, { region, resolveSecret }: StoreContext): Promise<S3Bucket> {
  const { accessKeyId, secretAccessKey, bucket, prefix, endpoint } = options;
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { accessKeyId: await resolveSecret(accessKeyId), secretAccessKey: await resolveSecret(secretAccessKey) };
  const client = createS3Client({
    region: options.region,
    endpoint,
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    credentials,
  });
  return { region, client, bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}
