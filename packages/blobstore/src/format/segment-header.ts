import type { RecoveryPointId } from '@cbcr/domain';
import { DamagedBytes } from './skippable-frame.ts';

export const formatVersion = 1;
export const saltBytes = 32;
export const frameTag = Buffer.from('CBCR', 'ascii');
const frameType = 1;
const fixedBytes = 44;

/** First frame of a segment. Every byte of it is associated data of every chunk. */
export interface SegmentHeader {
  point: RecoveryPointId;
  stream: string;
  /** From 0 within the stream. */
  segment: number;
  encrypted: boolean;
  /** Fresh random bytes of this write of the segment; zeros when not encrypted. */
  salt: Uint8Array;
}

/** Layout: tag(4) type(1) version(1) encryption(1) zero(1) segment(4, little endian) salt(32) point(length 1, ASCII) stream(length 1, ASCII). */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const point = Buffer.from(header.point, 'ascii');
  const stream = Buffer.from(header.stream, 'ascii');
  const bytes = Buffer.alloc(fixedBytes + 1 + point.length + 1 + stream.length);
  frameTag.copy(bytes, 0);
  bytes[4] = frameType;
  bytes[5] = formatVersion;
  bytes[6] = header.encrypted ? 1 : 0;
  bytes.writeUInt32LE(header.segment, 8);
  bytes.set(header.salt, 12);
  bytes[fixedBytes] = point.length;
  point.copy(bytes, fixedBytes + 1);
  const streamAt = fixedBytes + 1 + point.length;
  bytes[streamAt] = stream.length;
  stream.copy(bytes, streamAt + 1);
  return bytes;
}

/**
 * Checks that `content` is the header of exactly the segment that was asked for and returns its salt. The expected header is encoded and
 * compared as a whole, so no byte is left unchecked.
 */
export function checkSegmentHeader(content: Buffer, expected: Omit<SegmentHeader, 'salt'>): Buffer {
  if (content.length < fixedBytes || !content.subarray(0, 4).equals(frameTag) || content[4] !== frameType) {
    throw new DamagedBytes('it does not start with a segment header');
  }
  if (content[5] !== formatVersion) throw new DamagedBytes(`its header says format version ${content[5]}`);
  const salt = content.subarray(12, 12 + saltBytes);
  if (!expected.encrypted && salt.some((byte) => byte !== 0)) throw new DamagedBytes('it has a salt but should not be encrypted');
  if (!content.equals(encodeSegmentHeader({ ...expected, salt }))) {
    throw new DamagedBytes(`its header does not belong to segment ${expected.segment} of stream ${expected.stream}`);
  }
  return salt;
}
