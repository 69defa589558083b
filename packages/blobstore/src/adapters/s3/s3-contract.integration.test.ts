import { regionIdSchema, systemClock } from '@cbcr/domain';
import { createTestBucket, type S3Settings } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { inject } from 'vitest';
import { describeBlobStore } from '../../contract/describe-blob-store.ts';
import { s3Adapter } from './adapter.ts';

const openBucket = ({ bucket, region, endpoint, accessKeyId, secretAccessKey }: S3Settings, prefix: string) =>
  s3Adapter.create({
    region: regionIdSchema.parse('cloud'),
    options: { bucket, region, endpoint, prefix, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' },
    resolveSecret: (reference) => (reference === 'env:ACCESS' ? accessKeyId : secretAccessKey),
    clock: systemClock,
  });

const capabilities = { conditionalPut: true, versioning: true, objectLock: true, checksums: true };

describeBlobStore('the S3 adapter', {
  open: async () => openBucket(await createTestBucket(inject('s3')), ''),
  capabilities,
});

describeBlobStore('the S3 adapter below a prefix', {
  open: async () => openBucket(await createTestBucket(inject('s3')), 'team-a/backups'),
  capabilities,
});
