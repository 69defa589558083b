// biome-ignore lint/plugin/system-clock: servers compare dates of locks with their own time
import { systemClock } from '@cbcr/domain';
import { s3Adapter } from '../src/adapters/s3/adapter.ts';
import type { BlobStore } from '../src/blob-store.ts';
import type { BlobLocker } from '../src/lock/blob-locker.ts';
import { regionNamed } from './sample-point.ts';
import { createVirtualClock } from './virtual-clock.ts';

interface BucketAddress {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
  bucket: string;
}

const contextOf = ({ bucket, region, endpoint, accessKeyId, secretAccessKey }: BucketAddress, prefix: string) => ({
  region: regionNamed('cloud'),
  options: { bucket, region, endpoint, prefix, accessKeyId: 'env:ACCESS', secretAccessKey: 'env:SECRET' },
  resolveSecret: (reference: string) => (reference === 'env:ACCESS' ? accessKeyId : secretAccessKey),
});

/** The store of a bucket, bare, opened as an application does. */
export const openS3 = (address: BucketAddress, prefix = ''): Promise<BlobStore> =>
  s3Adapter.create({ ...contextOf(address, prefix), clock: createVirtualClock() });

/** Its holds and locks; the server compares their dates with its own time. */
export const openS3Locker = (address: BucketAddress, prefix = ''): Promise<BlobLocker> =>
  s3Adapter.createLocker({ ...contextOf(address, prefix), clock: systemClock });
