import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { RecoveryPointId } from '@cbcr/domain';
import type { DataKey } from '../keys/data-key.ts';
import { streamNamePattern } from '../object-keys.ts';
import { type BufferPool, createBufferPool } from './buffer-pool.ts';
import { readChunks } from './chunk-reader.ts';
import { freeMemory } from './free-memory.ts';
import { defaultChunkBytes, defaultSegmentBytes, maxChunkBytes, maxSegmentBytes } from './limits.ts';
import type { ManifestSegment, ManifestStream } from './manifest.ts';
import type { Segment } from './segment.ts';
import { type CompressedChunk, SegmentBuilder, segmentCapacityBytes } from './segment-builder.ts';
import { compressChunk } from './zstd-codec.ts';

/**
 * Of zstd. On an uncompressed pg_dump of the sample database level 1 gives 1,050 MB/s on two cores at a ratio of 2.22, level 3 gives
 * 360 MB/s at 2.16: levels in between look harder for matches that such data does not have.
 */
export const defaultCompressionLevel = 1;

export interface EncodeOptions {
  point: RecoveryPointId;
  /** Name of the stream, `[a-z0-9-]{1,63}`. */
  stream: string;
  /** Null stores the stream compressed but not encrypted. */
  dataKey: DataKey | null;
  /** A new token for every segment: `IdFactory.writeToken`. */
  newWriteToken: () => string;
  /** For salts; production passes the one of `node:crypto`. */
  randomBytes: (size: number) => Uint8Array;
  signal?: AbortSignal | undefined;
  /** Of zstd, 1 to 19. */
  level?: number;
  chunkBytes?: number;
  /** A segment is closed by the chunk that brings it to this size. */
  segmentBytes?: number;
  /** Where segments are built, when its buffers are large enough; else in memory of this stream's own. */
  segmentBuffers?: BufferPool | undefined;
  /** The pieces of the input belong to nobody else: their memory goes back as soon as they were read. False when absent. */
  freePieces?: boolean | undefined;
  /** Chunks that are compressed at the same time. Bounds the memory for plaintext to two chunks more than this. */
  chunksInFlight?: number;
}

/** The segments of one stream, once, in order. Leaving the loop early destroys the input. */
export interface EncodedStream extends AsyncIterable<Segment> {
  /** The stream's entry of the manifest. Throws until every segment was taken: an unfinished stream has no summary. */
  summary(): ManifestStream;
}

/**
 * Compresses, encrypts and packs `input` into segments of format v1. Compression runs ahead of the consumer by `chunksInFlight` chunks and
 * no further, so a slow consumer slows the input down. An error of the input, or its end before `end`, throws; an abort throws the
 * signal's reason and destroys the input.
 */
export function encodeStream(input: Readable, options: EncodeOptions): EncodedStream {
  const { chunkBytes = defaultChunkBytes, segmentBytes = defaultSegmentBytes, stream } = options;
  if (!streamNamePattern.test(stream)) throw new RangeError(`"${stream}" is not a stream name`);
  if (chunkBytes < 1 || chunkBytes > maxChunkBytes) throw new RangeError(`a chunk has 1 to ${maxChunkBytes} bytes`);
  if (segmentCapacityBytes(segmentBytes, chunkBytes) > maxSegmentBytes)
    throw new RangeError(`a segment has at most ${maxSegmentBytes} bytes`);
  // Before the first segment is asked for, nobody else listens; the error is kept by the stream and thrown when it is read.
  input.on('error', () => {});
  let summary: ManifestStream | null = null;
  const segments = encode(input, { ...options, chunkBytes, segmentBytes }, (whole) => {
    summary = whole;
  });
  return {
    [Symbol.asyncIterator]: () => segments,
    summary() {
      if (summary === null) throw new Error(`stream ${stream} is not encoded to its end`);
      return summary;
    },
  };
}

type CompleteOptions = EncodeOptions & { chunkBytes: number; segmentBytes: number };

async function* encode(
  input: Readable,
  options: CompleteOptions,
  onEnd: (summary: ManifestStream) => void,
): AsyncGenerator<Segment, void, undefined> {
  const { signal, point, stream, dataKey, randomBytes, segmentBytes } = options;
  const abort = () => input.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });

  const capacityBytes = segmentCapacityBytes(segmentBytes, options.chunkBytes);
  const { segmentBuffers } = options;
  const shared = segmentBuffers !== undefined && segmentBuffers.sizeBytes >= capacityBytes;
  const pool = shared ? segmentBuffers : createBufferPool(capacityBytes, 4);
  const hash = createHash('sha256');
  const written: ManifestSegment[] = [];
  let plaintextBytes = 0;
  let builder: SegmentBuilder | null = null;
  try {
    for await (const chunk of compressChunks(input, options, hash)) {
      signal?.throwIfAborted();
      const number = written.length;
      builder ??= new SegmentBuilder(
        { point, stream, number, writeToken: options.newWriteToken(), dataKey, randomBytes },
        pool,
        segmentBytes,
      );
      plaintextBytes += chunk.plaintextBytes;
      const isFull = builder.add(chunk);
      freeMemory(chunk.compressed);
      if (!isFull) continue;
      const segment = builder.finish();
      builder = null;
      written.push({
        number,
        writeToken: segment.writeToken,
        storedBytes: segment.bytes.length,
        sha256: segment.sha256,
        plaintextBytes: segment.plaintextBytes,
      });
      yield segment;
    }
    onEnd({ name: stream, plaintextBytes, sha256: hash.digest('hex'), segments: written });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Keeps several chunks in compression and hands them out in order. */
async function* compressChunks(
  input: Readable,
  { chunkBytes, chunksInFlight = 3, level = defaultCompressionLevel, freePieces = false }: CompleteOptions,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<CompressedChunk, void, undefined> {
  const pool = createBufferPool(chunkBytes, chunksInFlight + 2);
  const inFlight: Promise<CompressedChunk>[] = [];
  let streamOffset = 0;
  try {
    for await (const { plaintext, buffer, last } of readChunks(input, { pool, hash, freePieces })) {
      const chunk = { plaintextBytes: plaintext.length, streamOffset, lastOfStream: last };
      streamOffset += plaintext.length;
      const work = compressChunk(plaintext, level).then((compressed) => {
        pool.give(buffer);
        return { ...chunk, compressed };
      });
      // It is awaited in its turn; when the input fails before that, nobody does.
      work.catch(() => {});
      inFlight.push(work);
      const next = inFlight.length >= chunksInFlight ? inFlight.shift() : undefined;
      if (next !== undefined) yield await next;
    }
    for (const work of inFlight) yield await work;
  } finally {
    pool.clear();
  }
}
