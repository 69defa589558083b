import { s3Adapter } from '../src/adapters/s3/adapter.ts';
import type { BlobStore } from '../src/blob-store.ts';
import { regionNamed } from './sample-point.ts';
import { createVirtualClock } from './virtual-clock.ts';

interface BucketAddress {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  bucket: string;
}

/** The store of a bucket, bare, opened as an application does. */
export function openS3({ bucket, region, endpoint, accessKeyId, secretAccessKey }: BucketAddress, prefix = ''): Promise<BlobStore> {
  return s3Adapter.create({
    region: regionNamed('cloud'),
    options: { bucket, region, endpoint, prefix, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' },
    resolveSecret: (reference) => (reference === 'env:ACCESS' ? accessKeyId : secretAccessKey),
    clock: createVirtualClock(),
  });
}
