import { readdir } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CbcrError } from '@cbcr/domain';
import { extract } from 'tar-stream';
import type { EngineContext, RestoreSource } from '../engine.ts';
import { asIncomplete } from '../incomplete-restore.ts';
import { showName } from './archive-names.ts';
import { streamName } from './capture.ts';
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

export async function restoreFolder(folder: string, source: RestoreSource, { signal }: EngineContext): Promise<void> {
  const fallback = (cause: string) => new CbcrError('engine.restore-failed', { database: folder, cause });
  const stream = source.streams.find(({ name }) => name === streamName);
  if (!stream) throw fallback(`the recovery point has no stream ${streamName}`);
  signal.throwIfAborted();
  await requireEmptyFolder(folder);
  await setMarker(folder).catch((error: unknown) => {
    throw translateFileError(error, folder, fallback);
  });
  try {
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

async function writeEntries(archive: ReturnType<typeof extract>, writer: TreeWriter): Promise<void> {
  try {
    for await (const entry of archive) await writer.add(entry);
  } catch (error) {
    archive.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}
