import { createCipheriv, createDecipheriv } from 'node:crypto';
import { freePiece } from './free-memory.ts';
import { DamagedBytes } from './skippable-frame.ts';

export const tagBytes = 16;
const algorithm = 'aes-256-gcm';
// `update` allocates its result; small results come back from the allocator's cache, while one of several MiB is mapped anew each time.
const sliceBytes = 64 * 1024;

/** Keys are fresh for every write of a segment, so the number of the chunk is a nonce that never repeats. */
function nonceOf(chunk: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(chunk, 8);
  return nonce;
}

/** Writes ciphertext and tag into `target` at `offset`; returns the offset behind them. `chunk` counts from 0 under this key. */
export function sealChunk(
  key: Buffer,
  { chunk, associatedData }: { chunk: number; associatedData: Uint8Array },
  plaintext: Buffer,
  target: Buffer,
  offset: number,
): number {
  const cipher = createCipheriv(algorithm, key, nonceOf(chunk));
  cipher.setAAD(associatedData);
  let end = offset;
  for (let start = 0; start < plaintext.length; start += sliceBytes) {
    const sealed = cipher.update(plaintext.subarray(start, start + sliceBytes));
    target.set(sealed, end);
    end += sealed.length;
    freePiece(sealed);
  }
  cipher.final();
  target.set(cipher.getAuthTag(), end);
  return end + tagBytes;
}

/** Throws DamagedBytes unless key, position and every byte are those of the seal. Nothing is returned before the tag was checked. */
export function openChunk(key: Buffer, { chunk, associatedData }: { chunk: number; associatedData: Uint8Array }, sealed: Buffer): Buffer {
  const ciphertext = sealed.subarray(0, sealed.length - tagBytes);
  const decipher = createDecipheriv(algorithm, key, nonceOf(chunk), { authTagLength: tagBytes });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plaintext = Buffer.allocUnsafe(ciphertext.length);
  let end = 0;
  for (let start = 0; start < ciphertext.length; start += sliceBytes) {
    const opened = decipher.update(ciphertext.subarray(start, start + sliceBytes));
    plaintext.set(opened, end);
    end += opened.length;
    freePiece(opened);
  }
  try {
    decipher.final();
  } catch {
    throw new DamagedBytes(`the seal of chunk ${chunk} does not fit`);
  }
  return plaintext;
}
