import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CbcrError, type RegionId } from '@cbcr/domain';
import { decodeSegment } from '../format/decode-segment.ts';
import type { Manifest, ManifestStream } from '../format/manifest.ts';
import { DamagedBytes } from '../format/skippable-frame.ts';
import type { DataKey } from '../keys/data-key.ts';
import { readableOf } from './readable-of.ts';
import { type FetchedSegment, SegmentSources, type SegmentSourcesOptions } from './segment-sources.ts';

export interface ReadStreamOptions extends SegmentSourcesOptions {
  stream: string;
  /** Of the manifest (`decodeManifest`); null for a point that is not encrypted. */
  dataKey: DataKey | null;
  /** Segments that are fetched ahead of the one being decoded. Memory is bounded by one segment more than this, and a few chunks. */
  concurrency?: number;
  signal?: AbortSignal | undefined;
  /** Called for every segment that was delivered whole, in order. */
  onSegment?: ((segment: { number: number; region: RegionId; storedBytes: number; plaintextBytes: number }) => void) | undefined;
}

export interface StreamReading {
  /**
   * The plaintext. It errors when something cannot be read or does not fit; `end` promises that size and SHA-256 of the whole stream are
   * those of the manifest. Destroying it stops the fetches.
   */
  readable: Readable;
  /** Segments taken from each region so far: more than one region when a source failed on the way. */
  readonly segmentsFrom: ReadonlyMap<RegionId, number>;
}

/** Throws a RangeError for a stream that the manifest does not have, and `key.missing` for an encrypted point without its data key. */
export function readStream(options: ReadStreamOptions): StreamReading {
  const stream = options.manifest.streams.find((candidate) => candidate.name === options.stream);
  if (stream === undefined) throw new RangeError(`the manifest has no stream ${options.stream}`);
  const dataKey = dataKeyFor(options.manifest, options.dataKey);
  const sources = new SegmentSources(options);
  const stopping = new AbortController();
  const signal = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  const onAbort = () => readable.destroy(options.signal?.reason instanceof Error ? options.signal.reason : new Error('aborted'));
  const readable = readableOf(plaintextOf(stream, { ...options, sources, dataKey, signal }), (reason) => {
    options.signal?.removeEventListener('abort', onAbort);
    stopping.abort(reason);
  });
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  return { readable, segmentsFrom: sources.segmentsFrom };
}

function dataKeyFor(manifest: Manifest, dataKey: DataKey | null): DataKey | null {
  if (manifest.encryption === null) return null;
  if (dataKey === null) {
    throw new CbcrError('key.missing', { keyId: manifest.encryption.wrappedKeys.map((wrappedKey) => wrappedKey.keyId).join(', ') });
  }
  return dataKey;
}

interface ReadContext extends Omit<ReadStreamOptions, 'sources' | 'stream' | 'signal'> {
  sources: SegmentSources;
  signal: AbortSignal;
}

async function* plaintextOf(stream: ManifestStream, context: ReadContext): AsyncGenerator<Buffer, void, undefined> {
  const { manifest, sources, dataKey, signal, concurrency = 4, onSegment } = context;
  const hash = createHash('sha256');
  const ahead: Promise<FetchedSegment>[] = [];
  let streamOffset = 0;
  let requested = 0;
  for (const [index, segment] of stream.segments.entries()) {
    for (; requested < stream.segments.length && requested <= index + concurrency; requested++) {
      const wanted = stream.segments[requested];
      if (wanted === undefined) break;
      const fetching = sources.fetch(stream.name, wanted, signal);
      // It is awaited in its turn; when an earlier segment fails, nobody does.
      fetching.catch(() => {});
      ahead.push(fetching);
    }
    const fetched = await ahead.shift();
    if (fetched === undefined) break;
    const { region, bytes } = fetched;
    const expected = { point: manifest.point, stream: stream.name, streamOffset, last: index === stream.segments.length - 1 };
    try {
      for await (const chunk of decodeSegment(bytes, { ...segment, ...expected }, dataKey)) {
        hash.update(chunk);
        if (chunk.length > 0) yield chunk;
      }
    } catch (error) {
      throw nameDamage(error, { point: manifest.point, region, stream: stream.name, segment: segment.number }, context.onEvent);
    }
    fetched.release();
    streamOffset += segment.plaintextBytes;
    onSegment?.({ number: segment.number, region, storedBytes: segment.storedBytes, plaintextBytes: segment.plaintextBytes });
  }
  if (streamOffset !== stream.plaintextBytes || hash.digest('hex') !== stream.sha256) {
    const cause = `stream ${stream.name} as a whole does not have the size and SHA-256 that it states`;
    throw new CbcrError('format.manifest-corrupt', { point: manifest.point, region: [...sources.segmentsFrom.keys()].join(', '), cause });
  }
}

/** Its bytes are those of the manifest, so every region holds the same: another source would not help. */
function nameDamage(
  error: unknown,
  at: { point: string; region: RegionId; stream: string; segment: number },
  onEvent: ReadStreamOptions['onEvent'],
): unknown {
  if (!(error instanceof DamagedBytes)) return error;
  const corrupt = new CbcrError('format.segment-corrupt', { ...at, cause: error.message }, { cause: error });
  onEvent?.({ type: 'segment-corrupt', region: at.region, stream: at.stream, segment: at.segment, error: corrupt });
  return corrupt;
}
