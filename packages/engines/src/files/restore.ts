import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CbcrError } from '@cbcr/domain';
import { extract } from 'tar-stream';
import type { EngineContext, RestoreOptions, RestoreSource } from '../engine.ts';
import { asIncomplete } from '../incomplete-restore.ts';
import { showName } from './archive-names.ts';
import { folderFact, streamName } from './capture.ts';
import { translateFileError, translateFolderError } from './file-errors.ts';
import { markerName, removeMarker, setMarker } from './folder-marker.ts';
import { TreeWriter } from './tree-writer.ts';

const namesShown = 5;

/** Throws `engine.target-not-empty` or `engine.database-missing`. */
export async function requireEmptyFolder(folder: string): Promise<void> {
  const unexpected = (cause: string) => new CbcrError('run.unexpected', { cause });
  const names = await readdir(folder, 'buffer').catch((error: unknown) => {
    throw translateFolderError(error, folder, unexpected);
  });
  if (names.length === 0) return;
  const incomplete = names.some((name) => name.toString() === markerName) ? 'an incomplete restore: ' : '';
  const some = names.slice(0, namesShown).map(showName).join(', ');
  const found = `${incomplete}${names.length} entries (${some}${names.length > namesShown ? ', …' : ''})`;
  throw new CbcrError('engine.target-not-empty', { database: folder, found });
}

/** Throws `engine.clean-unconfirmed` unless `named` is the path of the folder, letter by letter. */
export function requireConfirmation(folder: string, named: string): void {
  if (named !== folder) throw new CbcrError('engine.clean-unconfirmed', { found: folder, named: named.slice(0, 100) });
  if (dirname(folder) === folder)
    throw new CbcrError('engine.clean-failed', { database: folder, cause: 'it is the root of the file system' });
}

/** Empties the folder if that was confirmed, marks it, and writes the tree. The marker stands before anything is removed. */
export async function restoreFolder(
  folder: string,
  source: RestoreSource,
  { signal }: EngineContext,
  { clean }: Pick<RestoreOptions, 'clean'>,
): Promise<void> {
  const fallback = (cause: string) => new CbcrError('engine.restore-failed', { database: folder, cause });
  const stream = source.streams.find(({ name }) => name === streamName);
  if (!stream) throw fallback(`the recovery point has no stream ${streamName}`);
  signal.throwIfAborted();
  if (clean === undefined) {
    await requireEmptyFolder(folder);
  } else {
    requireConfirmation(folder, clean);
    // The same path may be another machine's: only an empty folder is taken without a doubt.
    if (source.facts[folderFact] === folder) throw new CbcrError('engine.target-is-source', { database: folder });
  }
  await setMarker(folder).catch((error: unknown) => {
    throw translateFileError(error, folder, fallback);
  });
  try {
    if (clean !== undefined) await emptyFolder(folder);
    const writer = new TreeWriter(folder);
    let seenBytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        seenBytes += chunk.length;
        done(null, chunk);
      },
    });
    const archive = extract();
    await Promise.all([pipeline(stream.open(), counted, archive, { signal }), writeEntries(archive, writer)]);
    // The reader is content with an archive that ends after any entry; these two are not.
    if (seenBytes !== stream.plaintextBytes) throw new Error(`the stream ended after ${seenBytes} of ${stream.plaintextBytes} bytes`);
    const wanted = Number(source.facts['entries']);
    if (writer.entries !== wanted) throw new Error(`the archive holds ${writer.entries} of ${wanted} entries`);

    await writer.finishFolders('inner');
    await removeMarker(folder);
    await writer.finishFolders('outermost');
  } catch (error) {
    throw asIncomplete(signal.aborted ? signal.reason : translateFileError(error, folder, fallback), fallback);
  }
}

/** All but the marker, so that a folder that is half empty says so. */
async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder, 'buffer')) {
    if (name.toString() !== markerName) await rm(Buffer.concat([Buffer.from(`${folder}/`), name]), { recursive: true });
  }
}

async function writeEntries(archive: ReturnType<typeof extract>, writer: TreeWriter): Promise<void> {
  try {
    for await (const entry of archive) await writer.add(entry);
  } catch (error) {
    archive.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}
