import type { S3Client } from '@aws-sdk/client-s3';
import { CbcrError, type RegionId } from '@cbcr/domain';
import type { CallOptions } from '../../blob-store.ts';
import type { StoreOperation } from '../../decorators/observation.ts';
import { translateS3Error } from './translate-s3-error.ts';

/** Where the objects of one region are: what every request needs. */
export interface S3Bucket {
  region: RegionId;
  client: S3Client;
  bucket: string;
  /** Empty, or ends with a slash. */
  prefix: string;
}

/** One request or a few: provider errors come out as `store.*` errors, an abort as the signal's reason. */
export async function atTheEdge<Result>(
  { region, bucket }: S3Bucket,
  { operation, key, signal }: CallOptions & { operation: StoreOperation; key?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted === true && !(error instanceof CbcrError)) throw signal.reason;
    throw translateS3Error(error, { region, bucket, operation, key });
  }
}

/** Exactly what the SDK's `send` takes beside the command. */
export function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
