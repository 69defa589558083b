import { DamagedBytes } from './skippable-frame.ts';

const magic = 0xfd2fb528;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const rleBlock = 1;
const reservedBlock = 3;

/**
 * Walks one zstd frame (RFC 8878, section 3.1.1) without decompressing. The decoder ignores whatever follows a frame, so this is how
 * hidden bytes behind a chunk are found. Throws DamagedBytes unless the frame ends exactly at the end of `bytes` and states `plaintextBytes`.
 */
export function checkZstdFrame(bytes: Buffer, plaintextBytes: number): void {
  try {
    const found = measureZstdFrame(bytes);
    if (found.storedBytes !== bytes.length) throw new DamagedBytes(`${bytes.length - found.storedBytes} bytes follow a compressed chunk`);
    if (found.plaintextBytes !== plaintextBytes) throw new DamagedBytes('a compressed chunk states another length than its header');
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedBytes('a compressed chunk is cut off');
    throw error;
  }
}

/** Reads past the end throw a RangeError. */
function measureZstdFrame(bytes: Buffer): { storedBytes: number; plaintextBytes: number | null } {
  if (bytes.readUInt32LE(0) !== magic) throw new DamagedBytes('a compressed chunk is not a zstd frame');
  const descriptor = bytes.readUInt8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  let offset = 5 + (singleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0);
  const plaintextBytes = readContentSize(bytes, offset, sizeBytes);
  offset += sizeBytes;
  for (let last = false; !last; ) {
    const header = bytes.readUIntLE(offset, 3);
    const type = (header >>> 1) & 3;
    if (type === reservedBlock) throw new DamagedBytes('a compressed chunk has a reserved block');
    last = (header & 1) !== 0;
    offset += 3 + (type === rleBlock ? 1 : header >>> 3);
  }
  return { storedBytes: offset + (hasChecksum ? 4 : 0), plaintextBytes };
}

function readContentSize(bytes: Buffer, offset: number, sizeBytes: number): number | null {
  switch (sizeBytes) {
    case 1:
      return bytes.readUInt8(offset);
    case 2:
      return bytes.readUInt16LE(offset) + 256;
    case 4:
      return bytes.readUInt32LE(offset);
    case 8:
      return Number(bytes.readBigUInt64LE(offset));
    default:
      return null;
  }
}
