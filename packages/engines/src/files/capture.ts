import { Readable } from 'node:stream';
import { CbcrError, type Clock, type InstanceId } from '@cbcr/domain';
import type { Capture, EngineContext } from '../engine.ts';
import { translateFileError } from './file-errors.ts';
import { hasMarker } from './folder-marker.ts';
import { readTree, type TreeReport } from './tree-reader.ts';

export const streamName = 'tree';
/** The fact of a manifest that tells which folder was captured. */
export const folderFact = 'folder';
const readAheadBytes = 512 * 1024;
const notesAtMost = 20;

export async function captureFolder(folder: string, context: EngineContext & { instance: InstanceId }, clock: Clock): Promise<Capture> {
  const { signal, note } = context;
  signal.throwIfAborted();
  if (await hasMarker(folder)) throw new CbcrError('engine.source-incomplete', { database: folder });
  const fallback = (cause: string) => new CbcrError('engine.capture-failed', { instance: context.instance, cause });
  const report: TreeReport = { entries: 0, vanished: 0, changed: 0, special: 0 };
  let oddities = 0;
  let stream: Readable | undefined;
  let whole = false;
  let failure: unknown;
  const open = () => {
    const archive = readTree(folder, report, (what, name) => {
      if (++oddities <= notesAtMost) note(what, { name });
    });
    stream = Readable.from(relay(archive), { objectMode: false, highWaterMark: readAheadBytes });
    const onAbort = () => void stream?.destroy(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stream.once('close', () => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    return stream;
  };
  async function* relay(archive: AsyncIterable<unknown>) {
    try {
      yield* archive;
      whole = true;
    } catch (error) {
      failure = signal.aborted ? signal.reason : translateFileError(error, folder, fallback);
      throw failure;
    }
  }
  return {
    capturedAt: clock.now(),
    // The archive's padding is one piece of memory for all archives.
    streams: [{ name: streamName, open, freshPieces: false }],
    finish: async () => {
      signal.throwIfAborted();
      if (failure) throw failure;
      if (!whole) throw fallback('the folder was not read to its end');
      return { ...Object.fromEntries(Object.entries(report).map(([fact, count]) => [fact, String(count)])), [folderFact]: folder };
    },
    dispose: async () => {
      stream?.destroy();
    },
  };
}
