import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CbcrError } from '@cbcr/domain';
import { extract } from 'tar-stream';
import type { EngineContext, RestoreOptions, RestorePlan, RestoreSource } from '../engine.ts';
import { asIncomplete } from '../incomplete-restore.ts';
import { showName } from './archive-names.ts';
import { folderFact, streamName } from './capture.ts';
import { translateFileError, translateFolderError } from './file-errors.ts';
import { hasMarker, isHeldBy, isOwnedBy, markerName, readOwner, removeMarker, setMarker } from './folder-marker.ts';
import { writeReceipt } from './restore-receipt.ts';
import { finishFolder, TreeWriter } from './tree-writer.ts';

const namesShown = 5;

/** Throws `engine.database-missing`. */
async function namesIn(folder: string): Promise<Buffer[]> {
  const unexpected = (cause: string) => new CbcrError('run.unexpected', { cause });
  return await readdir(folder, 'buffer').catch((error: unknown) => {
    throw translateFolderError(error, folder, unexpected);
  });
}

function requireNoNames(folder: string, names: readonly Buffer[]): void {
  if (names.length === 0) return;
  const incomplete = names.some((name) => name.toString() === markerName) ? 'an incomplete restore: ' : '';
  const some = names.slice(0, namesShown).map(showName).join(', ');
  const found = `${incomplete}${names.length} entries (${some}${names.length > namesShown ? ', …' : ''})`;
  throw new CbcrError('engine.target-not-empty', { database: folder, found });
}

/** Throws what `checkTarget` promises. */
export async function requireFitFolder(folder: string, { clean, owner, facts = {} }: RestorePlan): Promise<void> {
  if (clean !== undefined) requireConfirmation(folder, clean);
  const names = await namesIn(folder);
  // The same path may be another machine's, so that an empty folder is taken, and one that an earlier restore left incomplete.
  if (names.length > 0 && facts[folderFact] === folder && !(await hasMarker(folder))) {
    throw new CbcrError('engine.target-is-source', { database: folder });
  }
  if (clean === undefined && !(await isOwnedBy(folder, owner))) requireNoNames(folder, names);
}

/** Throws `engine.clean-unconfirmed` unless `named` is the path of the folder, letter by letter. */
function requireConfirmation(folder: string, named: string): void {
  if (named !== folder) throw new CbcrError('engine.clean-unconfirmed', { found: folder, named: named.slice(0, 100) });
  if (dirname(folder) === folder)
    throw new CbcrError('engine.clean-failed', { database: folder, cause: 'it is the root of the file system' });
}

/** Empties the folder if that was confirmed, marks it, and writes the tree. The marker stands before anything is removed. */
export async function restoreFolder(
  folder: string,
  source: RestoreSource,
  { signal }: EngineContext,
  { clean, owner, beforeComplete }: Pick<RestoreOptions, 'clean' | 'owner' | 'beforeComplete'>,
): Promise<void> {
  const fallback = (cause: string) => new CbcrError('engine.restore-failed', { database: folder, cause });
  const stream = source.streams.find(({ name }) => name === streamName);
  if (!stream) throw fallback(`the recovery point has no stream ${streamName}`);
  signal.throwIfAborted();
  await requireFitFolder(folder, { clean, owner, facts: source.facts });
  const previous = await readOwner(folder);
  const continues = owner !== undefined && previous?.id === owner.id;
  if (continues && previous.attempt > owner.attempt) throw new CbcrError('run.lost', { run: owner.id });
  // Asked again before every entry: a worker that froze and wakes up may find that another attempt writes here now.
  const requireHeld = async () => {
    if (await isHeldBy(folder, owner)) return;
    const now = await readOwner(folder);
    if (owner !== undefined && now?.id === owner.id) throw new CbcrError('run.lost', { run: owner.id });
    throw fallback('another restore has taken the target over');
  };
  await setMarker(folder, owner).catch((error: unknown) => {
    throw translateFileError(error, folder, fallback);
  });
  try {
    if (clean !== undefined || continues) await emptyFolder(folder);
    const writer = new TreeWriter(folder);
    let seenBytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        seenBytes += chunk.length;
        done(null, chunk);
      },
    });
    const archive = extract();
    await Promise.all([pipeline(stream.open(), counted, archive, { signal }), writeEntries(archive, writer, requireHeld)]);
    // The reader is content with an archive that ends after any entry; these two are not.
    if (seenBytes !== stream.plaintextBytes) throw new Error(`the stream ended after ${seenBytes} of ${stream.plaintextBytes} bytes`);
    const wanted = Number(source.facts['entries']);
    if (writer.entries !== wanted) throw new Error(`the archive holds ${writer.entries} of ${wanted} entries`);

    const outermost = await writer.finishInnerFolders();
    await beforeComplete?.(await writeReceipt(folder, outermost));
    await requireHeld();
    await removeMarker(folder);
    if (outermost !== null) await finishFolder(Buffer.from(folder), outermost);
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

async function writeEntries(archive: ReturnType<typeof extract>, writer: TreeWriter, requireHeld: () => Promise<void>): Promise<void> {
  try {
    for await (const entry of archive) {
      await requireHeld();
      await writer.add(entry);
    }
  } catch (error) {
    archive.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}
