import { createReadStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import { type PackSink, packFiles, type ReadPack } from '@cbcr/evidence';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unreadable');

/** Throws `evidence.folder-in-use` unless there is nothing at the path, or an empty folder. */
export async function requireFreeFolder(path: string): Promise<void> {
  const entries = await readdir(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw new CbcrError('evidence.folder-in-use', { path }, { cause: error });
  });
  if (entries.length > 0) throw new CbcrError('evidence.folder-in-use', { path });
}

/** The folder is there with everything that `write` puts into it, or it is not there: what fails on the way leaves nothing. */
export async function writePackFolder<Result>(path: string, write: (sink: PackSink) => Promise<Result>): Promise<Result> {
  let begun: string | undefined;
  const begin = async () => {
    await mkdir(dirname(path), { recursive: true });
    begun = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
    await mkdir(join(begun, 'pack'));
    return begun;
  };
  try {
    let folder: Promise<string> | undefined;
    const result = await write({
      async append(file, text) {
        folder ??= begin();
        await appendFile(join(await folder, 'pack', file), text);
      },
    });
    if (begun !== undefined) await rename(join(begun, 'pack'), path);
    return result;
  } catch (error) {
    if (error instanceof CbcrError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new CbcrError('usage.invalid', { cause: `${path} cannot be written (${codeOf(error)})` }, { cause: error });
  } finally {
    if (begun !== undefined) await rm(begun, { recursive: true, force: true });
  }
}

/** Every file in the folder, those of folders in it as well: what does not belong there is found by its name. Throws `evidence.not-a-pack`. */
export async function readPack(path: string): Promise<ReadPack> {
  // Before anything below is listed: whoever names the wrong folder may have named a large one.
  const top = await readdir(path).catch((error: unknown) => {
    throw new CbcrError('evidence.not-a-pack', { path, cause: codeOf(error) });
  });
  if (!top.includes(packFiles.manifest) && !top.includes(packFiles.seal)) {
    throw new CbcrError('evidence.not-a-pack', { path, cause: `it has neither ${packFiles.manifest} nor ${packFiles.seal}` });
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new CbcrError('evidence.not-a-pack', { path, cause: codeOf(error) });
  });
  // A link could lead to a file of the verifier's own, or to one that never ends.
  const stranger = entries.find((entry) => !entry.isDirectory() && !entry.isFile());
  if (stranger !== undefined) throw new CbcrError('evidence.not-a-pack', { path, cause: `${stranger.name} in it is no regular file` });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return {
    names: files.toSorted().map((file) => file.slice(join(path, '/').length)),
    read: (name) => createReadStream(join(path, name)),
  };
}
