import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCodeOf } from './translate-file-error.ts';

/** Makes the names inside a folder durable; syncing a file alone does not make its name survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the name of a file and of every folder above it durable, up to `root`. */
export async function syncFolders(root: string, path: string): Promise<void> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === root) return;
  }
}

/** Creates the missing folders between `root` (which must exist: ENOENT otherwise) and `folder`; `syncFolders` makes them durable. */
export async function createFolders(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  try {
    await mkdir(folder);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === root) throw error;
    await createFolders(root, dirname(folder));
    await createFolders(root, folder);
  }
}

/** Removes the folders from `folder` up to `root`, exclusive, that are empty. */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let current = folder; current !== root; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'ENOENT') continue;
      return; // not empty, or in use: it stays, which harms nobody
    }
  }
}
