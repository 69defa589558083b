import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VersionedObjects } from '../../erase/guard-eraser.ts';
import { removeEmptyFolders, syncFolder } from './durable-folder.ts';
import { listFiles } from './list-files.ts';
import { isAbsence } from './translate-file-error.ts';

/** Files have one version each, and nothing locks them. The names of a folder are made durable once for all files that went from it. */
export function createFileVersions(root: string): VersionedObjects {
  return {
    async *listVersions(prefix, { signal } = {}) {
      for await (const info of listFiles(root, prefix, { signal })) yield { ...info, versionId: null, isMarker: false };
    },
    lockOf: async () => null,
    async deleteVersions(versions, { signal, fence } = {}) {
      const folders = new Set<string>();
      for (const { key } of versions) {
        signal?.throwIfAborted();
        const path = join(root, key);
        if ((await stat(path).catch(ignoreAbsence))?.isFile() !== true) continue;
        fence?.();
        await rm(path, { force: true });
        folders.add(dirname(path));
      }
      for (const folder of folders) {
        await syncFolder(folder).catch(ignoreAbsence);
        await removeEmptyFolders(root, folder);
      }
      return versions.map((version) => ({ version, outcome: 'erased' }));
    },
  };
}

function ignoreAbsence(error: unknown): null {
  if (isAbsence(error)) return null;
  throw error;
}
