import { maxChunkBytes, maxCompressedBytes } from './limits.ts';
import { frameTag } from './segment-header.ts';
import { DamagedBytes } from './skippable-frame.ts';

const frameType = 2;
export const chunkHeaderBytes = 28;
const zstdCodec = 1;

/** The frame before each payload. Every byte of it is associated data of the payload. */
export interface ChunkHeader {
  /** From 0 within the segment; also the nonce. */
  chunk: number;
  /** Plaintext bytes of the stream before this chunk. */
  streamOffset: number;
  plaintextBytes: number;
  /** Length of the compressed chunk, without the tag of the encryption. */
  storedBytes: number;
  lastOfSegment: boolean;
  lastOfStream: boolean;
}

/** Layout: tag(4) type(1) flags(1) codec(1) zero(1) chunk(4) stream offset(8) plaintext length(4) stored length(4), all little endian. */
export function encodeChunkHeader(header: ChunkHeader): Buffer {
  const bytes = Buffer.alloc(chunkHeaderBytes);
  frameTag.copy(bytes, 0);
  bytes[4] = frameType;
  bytes[5] = (header.lastOfStream ? 1 : 0) | (header.lastOfSegment ? 2 : 0);
  bytes[6] = zstdCodec;
  bytes.writeUInt32LE(header.chunk, 8);
  bytes.writeBigUInt64LE(BigInt(header.streamOffset), 12);
  bytes.writeUInt32LE(header.plaintextBytes, 20);
  bytes.writeUInt32LE(header.storedBytes, 24);
  return bytes;
}

/** Throws DamagedBytes for anything that version 1 does not write. */
export function decodeChunkHeader(content: Buffer): ChunkHeader {
  if (content.length !== chunkHeaderBytes || !content.subarray(0, 4).equals(frameTag) || content[4] !== frameType) {
    throw new DamagedBytes('a chunk header is missing');
  }
  const flags = content.readUInt8(5);
  const header: ChunkHeader = {
    chunk: content.readUInt32LE(8),
    streamOffset: Number(content.readBigUInt64LE(12)),
    plaintextBytes: content.readUInt32LE(20),
    storedBytes: content.readUInt32LE(24),
    lastOfStream: (flags & 1) !== 0,
    lastOfSegment: (flags & 2) !== 0,
  };
  if (content[6] !== zstdCodec) throw new DamagedBytes(`chunk ${header.chunk} has the unknown codec ${content[6]}`);
  if (header.plaintextBytes > maxChunkBytes) throw new DamagedBytes(`chunk ${header.chunk} claims ${header.plaintextBytes} bytes`);
  if (header.storedBytes > maxCompressedBytes(header.plaintextBytes)) {
    throw new DamagedBytes(`chunk ${header.chunk} claims ${header.storedBytes} stored bytes for ${header.plaintextBytes}`);
  }
  // Encoding it again also catches unknown flags, the reserved byte and an offset beyond 2^53.
  if (!Number.isSafeInteger(header.streamOffset) || !encodeChunkHeader(header).equals(content)) {
    throw new DamagedBytes(`the header of chunk ${header.chunk} has unknown bits set`);
  }
  return header;
}
