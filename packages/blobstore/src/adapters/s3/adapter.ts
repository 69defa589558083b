import { defineStoreAdapter } from '../store-adapter.ts';
import { createS3Client } from './client.ts';
import { s3OptionsSchema } from './options.ts';
import { createS3BlobStore } from './s3-blob-store.ts';

export const s3Adapter = defineStoreAdapter({
  kind: 's3',
  optionsSchema: s3OptionsSchema,
  async open(options, { region, resolveSecret }) {
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
    return createS3BlobStore({ region, client, bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` });
  },
});
