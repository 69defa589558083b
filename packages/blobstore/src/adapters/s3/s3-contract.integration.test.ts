import { createTestBucket } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import { inject } from 'vitest';
import { openS3 } from '../../../test/open-s3.ts';
import { describeBlobStore } from '../../contract/describe-blob-store.ts';

const capabilities = { conditionalPut: true, versioning: true, objectLock: true, checksums: true };

describeBlobStore('the S3 adapter', {
  open: async () => openS3(await createTestBucket(inject('s3'))),
  capabilities,
});

describeBlobStore('the S3 adapter below a prefix', {
  open: async () => openS3(await createTestBucket(inject('s3')), 'team-a/backups'),
  capabilities,
});
