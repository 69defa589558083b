import { access, constants, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CbcrError, type Clock, type RegionId } from '@cbcr/domain';
import { assertKey, assertObjectSize, assertPrefix } from '../../blob-key.ts';
import type { BlobInfo, BlobStore, PutOptions } from '../../blob-store.ts';
import type { StoreOperation } from '../../decorators/observation.ts';
import { guardEraser } from '../../erase/guard-eraser.ts';
import { sha256Of } from '../../reader/sha256.ts';
import { removeEmptyFolders, syncFolder, syncFolders } from './durable-folder.ts';
import { createFileVersions } from './erase-files.ts';
import { listFiles } from './list-files.ts';
import { probeFolder } from './probe-folder.ts';
import { isFolder, publishFile } from './publish-file.ts';
import { readWholeFile } from './read-file.ts';
import { removeTemporaryFile, writeTemporaryFile } from './temporary-files.ts';
import { errorCodeOf, isAbsence, translateFileError } from './translate-file-error.ts';

/**
 * Objects as files below `root`, which must be absolute and exist. Does not check bodies against their SHA-256: wrap it in `withChecksum`.
 * Needs a file system with hard links.
 */
export function createFilesystemBlobStore({
  region,
  root,
  clock,
}: {
  region: RegionId;
  root: string;
  clock: Pick<Clock, 'now'>;
}): BlobStore {
  let closed = false;
  const pathOf = (key: string) => join(root, key);

  const assertRoot = async () => {
    if (await isFolder(root)) return;
    throw new CbcrError('store.unreachable', { region, cause: `the folder ${root} is not there; is its disk mounted` });
  };
  const guard = async <Result>(
    operation: StoreOperation,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    signal?.throwIfAborted();
    if (closed) throw new CbcrError('store.failed', { region, operation, cause: 'the store is closed' });
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      // What looks like a missing file is an outage when the whole folder is gone.
      if (isAbsence(error)) await assertRoot();
      throw translateFileError(error, { region, operation });
    }
  };

  const refuseFolder = async (key: string) => {
    if (await isFolder(pathOf(key))) throw new CbcrError('store.key-invalid', { region, key, cause: 'it is a folder of other objects' });
  };
  /** An object is in the way: success if it holds these very bytes and that is good enough, else a refusal. */
  const acceptExisting = async (key: string, body: Uint8Array, { sha256, ifAbsent, signal }: PutOptions) => {
    const path = pathOf(key);
    await refuseFolder(key);
    const exists = new CbcrError('store.object-exists', { region, key });
    if (ifAbsent || (await stat(path)).size !== body.byteLength) throw exists;
    if ((await sha256Of(await readWholeFile(path, { signal }))) !== sha256) throw exists;
    await syncFolders(root, path); // its writer may have been killed just before it did this
  };

  const store: BlobStore = {
    region,
    async put(key, body, options) {
      assertKey(region, key);
      assertObjectSize(region, key, body.byteLength);
      if (options.lock !== undefined) throw new CbcrError('lock.unsupported', { region });
      await guard('put', options.signal, async () => {
        await assertRoot();
        try {
          const { replace = false } = options;
          if (replace) await refuseFolder(key);
          else if (await exists(pathOf(key))) return await acceptExisting(key, body, options);
          const temporaryPath = await writeTemporaryFile(root, body, options);
          try {
            if (!(await publishFile(root, temporaryPath, pathOf(key), replace))) await acceptExisting(key, body, options);
          } finally {
            await removeTemporaryFile(temporaryPath);
          }
        } catch (error) {
          if (errorCodeOf(error) !== 'ENOTDIR') throw error;
          throw new CbcrError('store.key-invalid', { region, key, cause: 'one of its folders is an object' });
        }
      });
    },

    async get(key, options = {}) {
      assertKey(region, key);
      return await guard('get', options.signal, async () => {
        try {
          const path = pathOf(key);
          const info = await stat(path);
          if (!info.isFile()) throw new CbcrError('store.object-missing', { region, key });
          assertObjectSize(region, key, info.size);
          return await readWholeFile(path, options);
        } catch (error) {
          if (!isAbsence(error)) throw error;
          await assertRoot();
          throw new CbcrError('store.object-missing', { region, key });
        }
      });
    },

    async head(key, { signal } = {}) {
      assertKey(region, key);
      return await guard('head', signal, async (): Promise<BlobInfo | null> => {
        try {
          const info = await stat(pathOf(key));
          return info.isFile() ? { key, sizeBytes: info.size } : null;
        } catch (error) {
          if (!isAbsence(error)) throw error;
          await assertRoot();
          return null;
        }
      });
    },

    async *list(prefix, options = {}) {
      assertPrefix(region, prefix);
      await guard('list', options.signal, assertRoot);
      const files = listFiles(root, prefix, options)[Symbol.asyncIterator]();
      for (;;) {
        const step = await guard('list', options.signal, () => files.next());
        if (step.done === true) break;
        yield step.value;
      }
      // A disk that goes away in the middle must not look like a short listing.
      await guard('list', options.signal, assertRoot);
    },

    async delete(key, { signal } = {}) {
      assertKey(region, key);
      await guard('delete', signal, async () => {
        await assertRoot();
        const path = pathOf(key);
        const info = await stat(path).catch(ignoreAbsence);
        if (info?.isFile() !== true) return;
        await rm(path, { force: true });
        await syncFolder(dirname(path)).catch(ignoreAbsence);
        await removeEmptyFolders(root, dirname(path));
      });
    },

    openEraser(permit) {
      const { listVersions, lockOf, deleteVersions } = createFileVersions(root);
      return guardEraser(region, permit, {
        async *listVersions(prefix, options = {}) {
          await guard('list', options.signal, assertRoot);
          yield* listVersions(prefix, options);
          // A disk that goes away in the middle must not look like nothing being left.
          await guard('list', options.signal, assertRoot);
        },
        lockOf,
        deleteVersions: (versions, options = {}) =>
          guard('erase', options.signal, async () => {
            for (const { key } of versions) assertKey(region, key);
            await assertRoot();
            return deleteVersions(versions, options);
          }),
      });
    },

    async probe({ signal } = {}) {
      return await guard('probe', signal, () => probeFolder(store, { root, now: clock.now(), signal }));
    },

    async ping({ signal } = {}) {
      await guard('ping', signal, async () => {
        await assertRoot();
        await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
      });
    },

    async close() {
      closed = true;
    },
  };
  return store;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function ignoreAbsence(error: unknown): null {
  if (isAbsence(error)) return null;
  throw error;
}
