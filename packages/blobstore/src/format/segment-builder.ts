import { createHash } from 'node:crypto';
import type { RecoveryPointId } from '@cbcr/domain';
import type { DataKey } from '../keys/data-key.ts';
import type { BufferPool } from './buffer-pool.ts';
import { sealChunk, tagBytes } from './chunk-cipher.ts';
import { chunkHeaderBytes, encodeChunkHeader } from './chunk-header.ts';
import { maxChunksPerSegment, maxCompressedBytes } from './limits.ts';
import type { Segment } from './segment.ts';
import { encodeSegmentHeader, saltBytes } from './segment-header.ts';
import { skippableFrameHeaderBytes, writeSkippableFrame, writeSkippableHeader } from './skippable-frame.ts';

export interface SegmentIdentity {
  point: RecoveryPointId;
  stream: string;
  number: number;
  writeToken: string;
  dataKey: DataKey | null;
  /** Used for the salt, and only when there is a key. */
  randomBytes: (size: number) => Uint8Array;
}

export interface CompressedChunk {
  compressed: Buffer;
  plaintextBytes: number;
  streamOffset: number;
  lastOfStream: boolean;
}

const frameOverheadBytes = 2 * skippableFrameHeaderBytes + chunkHeaderBytes + tagBytes;
const headerBoundBytes = 512;
/** Memory that a segment can need when it is closed at `segmentBytes`. */
export const segmentCapacityBytes = (segmentBytes: number, chunkBytes: number) =>
  headerBoundBytes + segmentBytes + frameOverheadBytes + maxCompressedBytes(chunkBytes);

/** Packs chunks into the frames of one segment, in order. `add` says when the segment is full; then comes `finish`. */
export class SegmentBuilder {
  readonly #identity: SegmentIdentity;
  readonly #pool: BufferPool;
  readonly #segmentBytes: number;
  readonly #buffer: Buffer;
  readonly #header: Buffer;
  readonly #key: Buffer | null;
  readonly #hash = createHash('sha256');
  #end = 0;
  #chunks = 0;
  #plaintextBytes = 0;
  #last = false;

  constructor(identity: SegmentIdentity, pool: BufferPool, segmentBytes: number) {
    this.#identity = identity;
    this.#pool = pool;
    this.#segmentBytes = segmentBytes;
    this.#buffer = pool.take();
    const { point, stream, number, dataKey, randomBytes } = identity;
    const salt = dataKey === null ? Buffer.alloc(saltBytes) : randomBytes(saltBytes);
    this.#key = dataKey?.segmentKey(salt) ?? null;
    this.#header = encodeSegmentHeader({ point, stream, segment: number, encrypted: dataKey !== null, salt });
    this.#advance(writeSkippableFrame(this.#buffer, 0, this.#header));
  }

  /** True when the segment is full with this chunk. */
  add({ compressed, plaintextBytes, streamOffset, lastOfStream }: CompressedChunk): boolean {
    const sizeAfter = this.#end + frameOverheadBytes + compressed.length;
    const lastOfSegment = lastOfStream || sizeAfter >= this.#segmentBytes || this.#chunks + 1 >= maxChunksPerSegment;
    const chunk = this.#chunks;
    const header = encodeChunkHeader({
      chunk,
      streamOffset,
      plaintextBytes,
      storedBytes: compressed.length,
      lastOfSegment,
      lastOfStream,
    });
    this.#advance(this.#writePayload(header, compressed, chunk));
    this.#chunks += 1;
    this.#plaintextBytes += plaintextBytes;
    this.#last = lastOfStream;
    return lastOfSegment;
  }

  finish(): Segment {
    const { stream, number, writeToken } = this.#identity;
    const buffer = this.#buffer;
    const pool = this.#pool;
    let released = false;
    return {
      stream,
      number,
      writeToken,
      bytes: buffer.subarray(0, this.#end),
      sha256: this.#hash.digest('hex'),
      plaintextBytes: this.#plaintextBytes,
      chunks: this.#chunks,
      last: this.#last,
      release() {
        if (!released) pool.give(buffer);
        released = true;
      },
    };
  }

  #writePayload(header: Buffer, compressed: Buffer, chunk: number): number {
    const start = writeSkippableFrame(this.#buffer, this.#end, header);
    if (this.#key === null) {
      this.#buffer.set(compressed, start);
      return start + compressed.length;
    }
    const payload = writeSkippableHeader(this.#buffer, start, compressed.length + tagBytes);
    const associatedData = Buffer.concat([this.#header, header]);
    return sealChunk(this.#key, { chunk, associatedData }, compressed, this.#buffer, payload);
  }

  /** Hashes what was just written, while it is still in the processor's cache. */
  #advance(end: number): void {
    this.#hash.update(this.#buffer.subarray(this.#end, end));
    this.#end = end;
  }
}
