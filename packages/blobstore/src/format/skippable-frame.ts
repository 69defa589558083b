/**
 * Zstandard lets a stream hold frames that every decoder skips: a magic number of a reserved range, a length, anything.
 * All of ours use one number of that range. https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.2
 */
const skippableMagic = 0x184d2a5b;
export const skippableFrameHeaderBytes = 8;

/** What is wrong with stored bytes, in words that follow "is corrupt:". The caller knows which object it is and says so. */
export class DamagedBytes extends Error {
  override readonly name = 'DamagedBytes';
}

/** Returns the offset after the header; the caller puts `contentBytes` bytes there. */
export function writeSkippableHeader(target: Buffer, offset: number, contentBytes: number): number {
  target.writeUInt32LE(skippableMagic, offset);
  return target.writeUInt32LE(contentBytes, offset + 4);
}

export function writeSkippableFrame(target: Buffer, offset: number, content: Uint8Array): number {
  const start = writeSkippableHeader(target, offset, content.length);
  target.set(content, start);
  return start + content.length;
}

/** The content of the frame at `offset` and the offset behind it. Throws DamagedBytes when there is no whole frame of ours. */
export function readSkippableFrame(bytes: Buffer, offset: number, what: string): { content: Buffer; end: number } {
  if (offset + skippableFrameHeaderBytes > bytes.length) throw new DamagedBytes(`it ends where a ${what} should be`);
  if (bytes.readUInt32LE(offset) !== skippableMagic) throw new DamagedBytes(`there is no ${what} at byte ${offset}`);
  const start = offset + skippableFrameHeaderBytes;
  const end = start + bytes.readUInt32LE(offset + 4);
  if (end > bytes.length) throw new DamagedBytes(`it ends inside the ${what} at byte ${offset}`);
  return { content: bytes.subarray(start, end), end };
}
