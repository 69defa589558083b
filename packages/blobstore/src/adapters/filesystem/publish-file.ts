import { link, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFolders, syncFolders } from './durable-folder.ts';
import { errorCodeOf } from './translate-file-error.ts';

/** A delete of the last object of a folder removes the folder, perhaps between our making it and our using it. */
const triesAgainstRemoval = 10;

/** Linux says EPERM for file systems without hard links, such as FAT; the temporary file was made by us, so that it is no lack of rights. */
const noLinksCodes = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Gives the temporary file its final name, which becomes visible at once and whole. `link`, unlike `rename`, fails where the name exists:
 * resolves with `false` then, and with `true` when the file and its folders are durable. With `replace` it takes the place of a file.
 */
export async function publishFile(root: string, temporaryPath: string, path: string, replace: boolean): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await (replace ? rename : link)(temporaryPath, path);
      break;
    } catch (error) {
      const code = errorCodeOf(error);
      if (code === 'EEXIST') return false;
      if (code !== undefined && noLinksCodes.has(code)) throw new Error(`its file system has no hard links (${code})`, { cause: error });
      if (code !== 'ENOENT' || tries === triesAgainstRemoval) throw error;
      await createFolders(root, dirname(path));
    }
  }
  await syncFolders(root, path);
  return true;
}

export async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
