import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isValidKey } from '../../blob-key.ts';
import type { ListedBlob, ListOptions } from '../../blob-store.ts';
import { isAbsence } from './translate-file-error.ts';

/**
 * Walks the folders below `root` in the order of the keys, one folder in memory at a time and level. Folders and files that vanish
 * during the walk are left out; so are symbolic links and names that are no valid keys (temporary files, `lost+found`).
 */
export async function* listFiles(root: string, prefix: string, { signal, after = '' }: ListOptions): AsyncIterable<ListedBlob> {
  const folderKey = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  yield* listFolder(root, folderKey, { prefix, after, signal });
}

interface Walk {
  prefix: string;
  after: string;
  signal: AbortSignal | undefined;
}

async function* listFolder(root: string, folderKey: string, walk: Walk): AsyncIterable<ListedBlob> {
  for (const { key, isFolder } of await readFolder(root, folderKey)) {
    walk.signal?.throwIfAborted();
    if (!key.startsWith(walk.prefix)) continue;
    if (isFolder) {
      // Every key of a folder that sorts before `after`, and does not contain it, sorts before it as well.
      if (key > walk.after || walk.after.startsWith(key)) yield* listFolder(root, key, walk);
    } else if (key > walk.after) {
      const found = await statOf(join(root, key));
      if (found !== null) yield { key, sizeBytes: found.size, writtenAt: found.mtime };
    }
  }
}

async function readFolder(root: string, folderKey: string) {
  const entries = await readdir(join(root, folderKey), { withFileTypes: true }).catch((error) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  return (
    entries
      .filter((entry) => (entry.isFile() || entry.isDirectory()) && isValidKey(folderKey + entry.name))
      // A folder sorts as its keys do, with the slash: 'a-b' comes before 'a/b', although 'a' comes before 'a-b'.
      .map((entry) => ({ key: folderKey + entry.name + (entry.isDirectory() ? '/' : ''), isFolder: entry.isDirectory() }))
      .sort((one, other) => (one.key < other.key ? -1 : 1))
  );
}

async function statOf(path: string): Promise<Pick<Stats, 'size' | 'mtime'> | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}
