import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransferOptions } from '../../blob-store.ts';
import { isAbsence } from './translate-file-error.ts';

/** Not a valid part of a key, so that no listing and no key reaches it. In the root: `link` works within one file system only. */
const folderName = '.tmp';
const staleAfterMs = 24 * 60 * 60 * 1000;
const pieceBytes = 4 * 1024 * 1024;

/** Writes `body` to a new temporary file, which is on the disk when this resolves. An abort ends it between two pieces. */
export async function writeTemporaryFile(root: string, body: Uint8Array, { signal, pace }: TransferOptions): Promise<string> {
  const path = join(root, folderName, randomUUID());
  const handle = await openTemporaryFile(root, path);
  try {
    for await (const piece of pace === undefined ? [body] : pace(body, signal)) await writeWhole(handle, piece, signal);
    signal?.throwIfAborted();
    await handle.sync();
    await handle.close();
    return path;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await removeTemporaryFile(path);
    throw error;
  }
}

async function writeWhole(handle: FileHandle, body: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let offset = 0; offset < body.byteLength; ) {
    signal?.throwIfAborted();
    const { bytesWritten } = await handle.write(body, offset, Math.min(pieceBytes, body.byteLength - offset));
    offset += bytesWritten;
  }
}

async function openTemporaryFile(root: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!isAbsence(error)) throw error;
    await mkdir(join(root, folderName)).catch((mkdirError) => {
      if (mkdirError.code !== 'EEXIST') throw mkdirError;
    });
    return await open(path, 'wx');
  }
}

/** What cannot be removed now is left for `removeStaleTemporaryFiles`. */
export async function removeTemporaryFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** Removes what killed writers left behind more than a day ago. A writer holds its file for minutes at most. */
export async function removeStaleTemporaryFiles(root: string, now: Date): Promise<void> {
  const names = await readdir(join(root, folderName)).catch(() => []);
  for (const name of names) {
    const path = join(root, folderName, name);
    const info = await stat(path).catch(() => null);
    if (info !== null && now.getTime() - info.mtimeMs > staleAfterMs) await removeTemporaryFile(path);
  }
}
