import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type { CallOptions } from '../../blob-store.ts';
import type { EraseOptions, Erasure, StoredVersion, VersionLock } from '../../erase/blob-eraser.ts';
import type { VersionedObjects } from '../../erase/guard-eraser.ts';
import { atTheEdge, type S3Bucket, sendOptions } from './bucket.ts';
import { isNotFound, isRefusal, lacksVersions } from './translate-s3-error.ts';

/** Versions of a bucket, for the eraser. A bucket that keeps none has one version of each object, whose id is `null`. */
export function createObjectVersions(store: S3Bucket): VersionedObjects {
  return {
    listVersions: (prefix, options) => listVersions(store, prefix, options),
    lockOf: (version, { signal } = {}) =>
      atTheEdge(store, { operation: 'lock', key: version.key, signal }, () => lockOf(store, version, signal)),
    deleteVersions: (versions, options = {}) =>
      atTheEdge(store, { operation: 'erase', signal: options.signal }, () => deleteVersions(store, versions, options)),
  };
}

async function* listVersions(store: S3Bucket, prefix: string, { signal }: CallOptions = {}): AsyncIterable<StoredVersion> {
  let from: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
  while (from !== null) {
    const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
      Bucket: store.bucket,
      Prefix: store.prefix + prefix,
      ...from,
    });
    const page = await atTheEdge(store, { operation: 'list', signal }, () =>
      store.client.send(command, sendOptions(signal)).catch((error) => {
        if (lacksVersions(error)) return null;
        throw error;
      }),
    );
    if (page === null) return yield* listUnversioned(store, prefix, signal);
    const found = [
      ...(page.Versions ?? []).map((version) => ({ ...version, isMarker: false })),
      ...(page.DeleteMarkers ?? []).map((marker) => ({ ...marker, Size: 0, isMarker: true })),
    ].map(({ Key = '', VersionId, Size: sizeBytes = 0, isMarker }) => ({
      key: Key.slice(store.prefix.length),
      versionId: VersionId ?? null,
      isMarker,
      sizeBytes,
    }));
    yield* found.sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
    from = page.IsTruncated === true ? nextOf(page) : null;
  }
}

const nextOf = ({
  NextKeyMarker,
  NextVersionIdMarker,
}: {
  NextKeyMarker?: string | undefined;
  NextVersionIdMarker?: string | undefined;
}) => ({
  ...(NextKeyMarker === undefined ? {} : { KeyMarker: NextKeyMarker }),
  ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
});

async function* listUnversioned(store: S3Bucket, prefix: string, signal: AbortSignal | undefined): AsyncIterable<StoredVersion> {
  let token: string | undefined;
  do {
    const command: ListObjectsV2Command = new ListObjectsV2Command({
      Bucket: store.bucket,
      Prefix: store.prefix + prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const page = await atTheEdge(store, { operation: 'list', signal }, () => store.client.send(command, sendOptions(signal)));
    for (const { Key = '', Size: sizeBytes = 0 } of page.Contents ?? []) {
      yield { key: Key.slice(store.prefix.length), versionId: null, isMarker: false, sizeBytes };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const nameOf = (store: S3Bucket, { key, versionId }: StoredVersion) => ({
  Key: store.prefix + key,
  ...(versionId === null ? {} : { VersionId: versionId }),
});

async function lockOf(store: S3Bucket, version: StoredVersion, signal: AbortSignal | undefined): Promise<VersionLock | null> {
  if (version.isMarker) return null;
  const command = new HeadObjectCommand({ Bucket: store.bucket, ...nameOf(store, version) });
  const head = await store.client.send(command, sendOptions(signal)).catch((error) => {
    if (isNotFound(error)) return null;
    throw error;
  });
  const legalHold = head?.ObjectLockLegalHoldStatus === 'ON';
  const retainUntil = head?.ObjectLockRetainUntilDate ?? null;
  return legalHold || retainUntil !== null ? { retainUntil, legalHold } : null;
}

/** Next to the socket: for each try, when the request is signed. */
const atLast = { step: 'deserialize', priority: 'low', name: 'fence' } as const;

const askBefore =
  (fence: () => void) =>
  <Given, Answer>(next: (given: Given) => Promise<Answer>) =>
  async (given: Given): Promise<Answer> => {
    fence();
    return next(given);
  };

/** What a store says of a version that is not there: it was deleted before, and its answer was lost. */
const goneCodes = new Set(['NoSuchKey', 'NoSuchVersion']);

async function deleteVersions(store: S3Bucket, versions: readonly StoredVersion[], options: EraseOptions): Promise<Erasure[]> {
  const [only] = versions;
  if (only === undefined) return [];
  if (versions.length === 1) return [await deleteVersion(store, only, options)];
  try {
    return await deleteTogether(store, versions, options);
  } catch (error) {
    // Some servers refuse a whole batch for one locked version (versitygw 1.7), some know no batches.
    if (!isRefusal(error) && !lacksVersions(error)) throw error;
    const middle = versions.length >> 1;
    const first = await deleteVersions(store, versions.slice(0, middle), options);
    return [...first, ...(await deleteVersions(store, versions.slice(middle), options))];
  }
}

async function deleteVersion(store: S3Bucket, version: StoredVersion, { signal, fence }: EraseOptions): Promise<Erasure> {
  const command = new DeleteObjectCommand({ Bucket: store.bucket, ...nameOf(store, version) });
  if (fence !== undefined) command.middlewareStack.add(askBefore(fence), atLast);
  try {
    await store.client.send(command, sendOptions(signal));
  } catch (error) {
    if (isRefusal(error)) return { version, outcome: 'refused', cause: String(error instanceof Error ? error.message : error) };
    if (!isNotFound(error)) throw error;
  }
  return { version, outcome: 'erased' };
}

async function deleteTogether(store: S3Bucket, versions: readonly StoredVersion[], { signal, fence }: EraseOptions): Promise<Erasure[]> {
  const Objects = versions.map((version) => nameOf(store, version));
  const command = new DeleteObjectsCommand({ Bucket: store.bucket, Delete: { Objects, Quiet: true } });
  if (fence !== undefined) command.middlewareStack.add(askBefore(fence), atLast);
  const { Errors = [] } = await store.client.send(command, sendOptions(signal));
  const said = new Map(
    Errors.filter(({ Code = '' }) => !goneCodes.has(Code)).map(({ Key = '', VersionId, Code = '', Message = '' }) => [
      `${Key} ${VersionId ?? ''}`,
      [Code, Message].filter((part) => part !== '').join(': ') || 'no reason given',
    ]),
  );
  return versions.map((version) => {
    const cause = said.get(`${store.prefix}${version.key} ${version.versionId ?? ''}`);
    return cause === undefined ? { version, outcome: 'erased' } : { version, outcome: 'refused', cause };
  });
}
