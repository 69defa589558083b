import { chmod, type FileHandle, lchown, link, lstat, lutimes, mkdir, open, symlink, utimes } from 'node:fs/promises';
import type { Extract, Header } from 'tar-stream';
import { type ReadNames, readNames, showName } from './archive-names.ts';

/** An entry as tar-stream hands it out: a header and its content. */
export type ArchiveEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

const slash = Buffer.from('/');

/** What is set on a folder once everything is in it. */
export interface FolderAttributes {
  uid: number;
  gid: number;
  mode: number;
  modifiedSeconds: number;
}

interface RestoredFolder {
  path: Buffer;
  attributes: FolderAttributes;
}

/** Only root may give files away; for others the restored files belong to the worker's user. */
const keepsOwners = () => process.geteuid?.() === 0;

/** Adding to a folder and removing from it change its time, and a read-only folder takes no files: the last step. May be repeated. */
export async function finishFolder(path: Buffer, { uid, gid, mode, modifiedSeconds }: FolderAttributes): Promise<void> {
  if (keepsOwners()) await lchown(path, uid, gid);
  await chmod(path, mode);
  await utimes(path, timeOf(modifiedSeconds), timeOf(modifiedSeconds));
}

/**
 * Puts entries of an archive into an empty folder. An archive is not trusted: every name stays below the folder, an entry's parent
 * must be a folder that the archive itself has brought (never a link), and nothing is written twice. Links may point anywhere, as they may in
 * the source, because nothing is ever written through one.
 */
export class TreeWriter {
  readonly #root: Buffer;
  readonly #folders = new Map<string, RestoredFolder>();
  readonly #keepsOwners = keepsOwners();
  entries = 0;

  constructor(folder: string) {
    this.#root = Buffer.from(folder);
  }

  async add(entry: ArchiveEntry): Promise<void> {
    const { header } = entry;
    const names = readNames(header);
    const absolute = this.#place(names.path);
    switch (header.type) {
      case 'directory':
        await this.#addFolder(names, header, absolute);
        break;
      case 'file':
        await this.#addFile(names, header, absolute, entry);
        break;
      case 'symlink':
        await symlink(required(names.link, names.path), absolute);
        if (this.#keepsOwners) await lchown(absolute, header.uid, header.gid);
        await lutimes(absolute, timeOf(names.modifiedSeconds), timeOf(names.modifiedSeconds));
        break;
      case 'link':
        await this.#addHardLink(names, absolute);
        break;
      default:
        throw new Error(`the archive holds ${showName(names.path)} of the type ${header.type}, which is never written`);
    }
    if (header.type !== 'file') entry.resume();
    this.entries++;
  }

  /**
   * Finishes the folders below the outermost one and gives what that one is to get: it holds the marker of an incomplete restore, which goes in between.
   * Null for an archive that does not speak of it.
   */
  async finishInnerFolders(): Promise<FolderAttributes | null> {
    let outermost: FolderAttributes | null = null;
    for (const { path, attributes } of [...this.#folders.values()].reverse()) {
      if (path === this.#root) outermost = attributes;
      else await finishFolder(path, attributes);
    }
    return outermost;
  }

  async #addFolder({ path, modifiedSeconds }: ReadNames, header: Header, absolute: Buffer): Promise<void> {
    if (absolute !== this.#root) await mkdir(absolute, 0o700);
    const { uid, gid } = header;
    this.#folders.set(keyOf(withoutEnd(path)), { path: absolute, attributes: { uid, gid, mode: this.#modeOf(header), modifiedSeconds } });
  }

  async #addFile({ path, modifiedSeconds }: ReadNames, header: Header, absolute: Buffer, content: ArchiveEntry): Promise<void> {
    const file = await open(absolute, 'wx', 0o600);
    try {
      const written = await writeAll(file, content);
      if (written !== header.size) throw new Error(`the archive holds ${written} of ${header.size} bytes of ${showName(path)}`);
      if (this.#keepsOwners) await file.chown(header.uid, header.gid);
      await file.chmod(this.#modeOf(header));
      await file.utimes(timeOf(modifiedSeconds), timeOf(modifiedSeconds));
    } finally {
      await file.close();
    }
  }

  async #addHardLink({ path, link: target }: ReadNames, absolute: Buffer): Promise<void> {
    const first = this.#place(required(target, path));
    if (!(await lstat(first)).isFile()) throw new Error(`the archive links ${showName(path)} to something that is not a file`);
    await link(first, absolute);
  }

  /** Where an entry goes, or an error if its name would leave the folder. */
  #place(path: Buffer): Buffer {
    const name = withoutEnd(path);
    if (name.equals(Buffer.from('.'))) return this.#root;
    const parts = keyOf(name).split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw new Error(`the archive holds the name ${showName(path)}, which leads out of its folder`);
    }
    const parent = parts.slice(0, -1).join('/');
    if (parent !== '' && !this.#folders.has(parent)) {
      throw new Error(`the archive holds ${showName(path)}, whose parent is not a folder of the archive`);
    }
    return Buffer.concat([this.#root, slash, name]);
  }

  /** A file that could not be given to its owner must not act for another one: no set-user-id, no set-group-id. */
  #modeOf(header: Header): number {
    return header.mode & (this.#keepsOwners ? 0o7777 : 0o1777);
  }
}

/** One character for each byte, so that names with invalid UTF-8 stay distinct. */
function keyOf(name: Buffer): string {
  return name.toString('latin1');
}

/** A number keeps microseconds, but Node takes a negative one for the present; a Date keeps milliseconds of any time. */
function timeOf(seconds: number): number | Date {
  return seconds < 0 ? new Date(seconds * 1000) : seconds;
}

function withoutEnd(path: Buffer): Buffer {
  return path.at(-1) === slash[0] ? path.subarray(0, -1) : path;
}

function required(linkTarget: Buffer | null, path: Buffer): Buffer {
  if (!linkTarget) throw new Error(`the archive holds the link ${showName(path)} without a target`);
  return linkTarget;
}

async function writeAll(file: FileHandle, content: ArchiveEntry): Promise<number> {
  let written = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0) {
      const { bytesWritten } = await file.write(rest);
      rest = rest.subarray(bytesWritten);
      written += bytesWritten;
    }
  }
  return written;
}
