import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import type { ReadPack } from '@cbcr/evidence';

/** Throws `evidence.folder-in-use` unless the folder can be begun: it does not exist, or it is empty. */
export async function requireFreeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length > 0) throw new CbcrError('evidence.folder-in-use', { path });
}

export async function writePack(path: string, files: ReadPack): Promise<void> {
  for (const [name, bytes] of files) await writeFile(join(path, name), bytes, { flag: 'wx' });
}

/** Every file in the folder, those of folders in it as well: what does not belong there is found by its name. Throws `evidence.not-a-pack`. */
export async function readPack(path: string): Promise<ReadPack> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new CbcrError('evidence.not-a-pack', {
      path,
      cause: error instanceof Error && 'code' in error ? String(error.code) : 'unreadable',
    });
  });
  // A link could lead to a file of the verifier's own, or to one that never ends.
  const stranger = entries.find((entry) => !entry.isDirectory() && !entry.isFile());
  if (stranger !== undefined) throw new CbcrError('evidence.not-a-pack', { path, cause: `${stranger.name} in it is no regular file` });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0) throw new CbcrError('evidence.not-a-pack', { path, cause: 'it is empty' });
  const pack = new Map<string, Uint8Array>();
  for (const file of files.toSorted()) pack.set(file.slice(join(path, '/').length), await readFile(file));
  return pack;
}
