import { type BlobStore, composeStore } from '@cbcr/blobstore';
import { createStore } from '@cbcr/blobstore/adapters';
import { regionIdSchema, systemClock } from '@cbcr/domain';
import type { Link } from '@cbcr/throttle';
import { bucket } from './sink-protocol.ts';

export const link: Link = { source: regionIdSchema.parse('north'), target: regionIdSchema.parse('south') };

/** The product's S3 store before the sink, composed as a worker composes it. */
export async function openSinkStore(endpoint: string): Promise<BlobStore> {
  const spec = { kind: 's3', endpoint, bucket, accessKeyId: 'env:SINK_KEY', secretAccessKey: 'env:SINK_SECRET' };
  const context = { region: link.target, resolveSecret: async () => 'no-secret', clock: systemClock };
  return composeStore(await createStore(spec, context), { clock: systemClock, random: () => 0.5 });
}
