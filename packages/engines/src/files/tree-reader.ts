import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { type Pack, pack } from 'tar-stream';
import { type ArchiveHeader, showName, writeNames } from './archive-names.ts';
import { systemCode } from './file-errors.ts';

const readBytes = 256 * 1024;
const slash = Buffer.from('/');

/** What happened while a folder was read that was in use. */
export interface TreeReport {
  entries: number;
  /** Were deleted between the listing of their folder and their turn: left out. */
  vanished: number;
  /** Were written to while they were read: what is in the archive may mix old and new. */
  changed: number;
  /** Sockets, pipes and devices: left out. */
  special: number;
}

/**
 * The folder as a tar archive, each folder before its contents, in the order of their names' bytes. A file that becomes shorter while it is read
 * fails the archive: its size has been announced, and filling up would invent data.
 */
export function readTree(folder: string, report: TreeReport, onOddity: (what: string, name: string) => void): Pack {
  const archive = pack();
  // Its reader hears of a failure by reading; an event that nobody listens to would end the process.
  archive.on('error', () => undefined);
  const root = Buffer.from(folder);
  const hardLinks = new Map<string, Buffer>();

  const visit = async (path: Buffer): Promise<void> => {
    const absolute = path.equals(Buffer.from('.')) ? root : Buffer.concat([root, slash, path]);
    const isRoot = absolute === root;
    const found = await unlessVanished(lstat(absolute, { bigint: true }));
    if (!found) return vanish(path);
    if (found.isDirectory() || isRoot) return await visitFolder(path, absolute, isRoot);
    if (found.isFile()) return await visitFile(path, absolute);
    if (found.isSymbolicLink()) {
      const link = await unlessVanished(readlink(absolute, { encoding: 'buffer' }));
      if (!link) return vanish(path);
      await addEmpty({ ...describe(found, path, link), type: 'symlink' });
      return;
    }
    report.special++;
    onOddity('left out a socket, pipe or device', showName(path));
  };

  const visitFolder = async (path: Buffer, absolute: Buffer, isRoot: boolean): Promise<void> => {
    const names = await (isRoot ? readdir(absolute, 'buffer') : unlessVanished(readdir(absolute, 'buffer')));
    if (!names) return vanish(path);
    const stats = await lstat(absolute, { bigint: true });
    await addEmpty({ ...describe(stats, path), type: 'directory' });
    for (const name of names.toSorted(Buffer.compare)) {
      if (archive.destroyed) throw new Error('the archive was given up');
      await visit(isRoot ? name : Buffer.concat([path, slash, name]));
    }
  };

  const visitFile = async (path: Buffer, absolute: Buffer): Promise<void> => {
    // Without NOFOLLOW and NONBLOCK, a file that has just been replaced by a link or a pipe would be followed or waited for.
    const file = await unlessVanished(open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    if (!file) return vanish(path);
    try {
      const before = await file.stat({ bigint: true });
      const inode = `${before.dev}:${before.ino}`;
      const first = hardLinks.get(inode);
      if (first) {
        await addEmpty({ ...describe(before, path, first), type: 'link' });
        return;
      }
      if (before.nlink > 1n) hardLinks.set(inode, path);
      await addFile(archive, { ...describe(before, path), type: 'file', size: Number(before.size) }, file, path);
      report.entries++;
      const after = await file.stat({ bigint: true });
      if (after.mtimeNs === before.mtimeNs && after.size === before.size) return;
      report.changed++;
      onOddity('a file changed while it was read', showName(path));
    } finally {
      await file.close();
    }
  };

  const addEmpty = async (header: ArchiveHeader) => {
    await new Promise<void>((resolve, reject) => {
      archive.entry(header, (error) => (error ? reject(error) : resolve()));
    });
    report.entries++;
  };
  const vanish = (path: Buffer) => {
    report.vanished++;
    onOddity('a file vanished before it was read', showName(path));
  };

  visit(Buffer.from('.')).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return archive;
}

function describe(stats: BigIntStats, path: Buffer, link?: Buffer): ArchiveHeader {
  return {
    ...writeNames({ path, modifiedNs: stats.mtimeNs, ...(link && { link }) }),
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}

async function addFile(archive: Pack, header: ArchiveHeader & { size: number }, file: FileHandle, path: Buffer): Promise<void> {
  const added = Promise.withResolvers<void>();
  // Awaited at the end, and until then a failure would count as unhandled.
  added.promise.catch(() => undefined);
  const entry = archive.entry(header, (error) => (error ? added.reject(error) : added.resolve()));
  entry.on('error', () => undefined);
  let wake = () => {};
  for (const event of ['drain', 'close'] as const) entry.on(event, () => wake());
  let left = header.size;
  while (left > 0) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(readBytes, left)));
    if (bytesRead === 0) throw new Error(`the file ${showName(path)} became shorter while it was read`);
    left -= bytesRead;
    if (entry.destroyed) break;
    const ready = entry.write(buffer.subarray(0, bytesRead));
    if (!ready) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  entry.end(null);
  await added.promise;
}

/** Undefined when the entry no longer exists, or is no longer what the listing said. */
async function unlessVanished<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(systemCode(error))) return undefined;
    throw error;
  }
}
