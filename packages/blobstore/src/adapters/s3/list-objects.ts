import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { isValidKey } from '../../blob-key.ts';
import type { ListedBlob, ListOptions } from '../../blob-store.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';

/** S3 lists in the order of UTF-8, which is the order of code units for the keys that are ours. One page in memory at a time. */
export async function* listObjects(store: S3Bucket, prefix: string, { signal, after }: ListOptions): AsyncIterable<ListedBlob> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: store.bucket,
      Prefix: store.prefix + prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
      ...(token === undefined && after !== undefined ? { StartAfter: store.prefix + after } : {}),
    });
    const page = await atTheEdge(store, { operation: 'list', signal }, () => store.client.send(command, sendOptions(signal)));
    for (const { Key: fullKey = '', Size: sizeBytes = 0, LastModified: writtenAt } of page.Contents ?? []) {
      const key = fullKey.slice(store.prefix.length);
      if (isValidKey(key)) yield { key, sizeBytes, writtenAt: writtenAt ?? null };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
