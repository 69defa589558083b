import type { RecoveryPointId } from '@cbcr/domain';
import type { DataKey } from '../keys/data-key.ts';
import { openChunk, tagBytes } from './chunk-cipher.ts';
import { type ChunkHeader, decodeChunkHeader } from './chunk-header.ts';
import { freeMemory } from './free-memory.ts';
import { maxChunksPerSegment } from './limits.ts';
import { checkSegmentHeader } from './segment-header.ts';
import { DamagedBytes, readSkippableFrame } from './skippable-frame.ts';
import { decompressChunk } from './zstd-codec.ts';

/** What the manifest says about a segment. */
export interface ExpectedSegment {
  point: RecoveryPointId;
  stream: string;
  number: number;
  /** Plaintext bytes of the stream before this segment. */
  streamOffset: number;
  plaintextBytes: number;
  last: boolean;
}

interface StoredChunk {
  header: ChunkHeader;
  associatedData: Buffer;
  payload: Buffer;
}

/**
 * The plaintext of one segment, chunk by chunk, in order. The structure of the whole segment is checked before the first chunk is yielded,
 * each chunk's seal and checksum before that chunk. Throws DamagedBytes; the caller knows the copy and names it.
 */
export async function* decodeSegment(
  bytes: Uint8Array,
  expected: ExpectedSegment,
  dataKey: DataKey | null,
  { chunksInFlight = 2 }: { chunksInFlight?: number } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { chunks, key } = parseSegment(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), expected, dataKey);
  const inFlight: Promise<Buffer>[] = [];
  for (const chunk of chunks) {
    const work = openStoredChunk(chunk, key);
    // It is awaited in its turn; when an earlier chunk fails, nobody does.
    work.catch(() => {});
    inFlight.push(work);
    const next = inFlight.length >= chunksInFlight ? inFlight.shift() : undefined;
    if (next !== undefined) yield await next;
  }
  for (const work of inFlight) yield await work;
}

async function openStoredChunk({ header, associatedData, payload }: StoredChunk, key: Buffer | null): Promise<Buffer> {
  if (key === null) return await decompressChunk(payload, header.plaintextBytes);
  const compressed = openChunk(key, { chunk: header.chunk, associatedData }, payload);
  try {
    return await decompressChunk(compressed, header.plaintextBytes);
  } finally {
    freeMemory(compressed);
  }
}

function parseSegment(bytes: Buffer, expected: ExpectedSegment, dataKey: DataKey | null): { chunks: StoredChunk[]; key: Buffer | null } {
  const { point, stream, number } = expected;
  const first = readSkippableFrame(bytes, 0, 'segment header');
  const salt = checkSegmentHeader(first.content, { point, stream, segment: number, encrypted: dataKey !== null });
  const key = dataKey?.segmentKey(salt) ?? null;
  const chunks: StoredChunk[] = [];
  let offset = first.end;
  let streamOffset = expected.streamOffset;
  for (let last = false; !last; ) {
    const head = readSkippableFrame(bytes, offset, 'chunk header');
    const header = decodeChunkHeader(head.content);
    const payload = readPayload(bytes, head.end, header, key !== null);
    checkOrder(header, chunks.length, streamOffset);
    chunks.push({ header, associatedData: Buffer.concat([first.content, head.content]), payload: payload.content });
    streamOffset += header.plaintextBytes;
    offset = payload.end;
    last = header.lastOfSegment;
    if (header.lastOfStream !== (last && expected.last))
      throw new DamagedBytes(`chunk ${header.chunk} is wrong about the end of the stream`);
  }
  if (offset !== bytes.length) throw new DamagedBytes(`${bytes.length - offset} bytes follow the last chunk`);
  const plaintextBytes = streamOffset - expected.streamOffset;
  if (plaintextBytes !== expected.plaintextBytes)
    throw new DamagedBytes(`it holds ${plaintextBytes} bytes, not ${expected.plaintextBytes}`);
  return { chunks, key };
}

function readPayload(bytes: Buffer, offset: number, header: ChunkHeader, encrypted: boolean): { content: Buffer; end: number } {
  if (encrypted) {
    const payload = readSkippableFrame(bytes, offset, 'sealed chunk');
    if (payload.content.length !== header.storedBytes + tagBytes)
      throw new DamagedBytes(`chunk ${header.chunk} has another length than its header says`);
    return payload;
  }
  const end = offset + header.storedBytes;
  if (end > bytes.length) throw new DamagedBytes(`it ends inside chunk ${header.chunk}`);
  return { content: bytes.subarray(offset, end), end };
}

function checkOrder(header: ChunkHeader, chunk: number, streamOffset: number): void {
  if (header.chunk !== chunk) throw new DamagedBytes(`chunk ${header.chunk} stands in the place of chunk ${chunk}`);
  if (chunk >= maxChunksPerSegment) throw new DamagedBytes(`it has more than ${maxChunksPerSegment} chunks`);
  if (header.streamOffset !== streamOffset) throw new DamagedBytes(`chunk ${chunk} belongs at byte ${header.streamOffset} of the stream`);
}
