import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { maxCompressedBytes } from './limits.ts';
import { DamagedBytes } from './skippable-frame.ts';
import { checkZstdFrame } from './zstd-frame.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/**
 * One chunk to one zstd frame with its plaintext length and a checksum, on a thread of libuv's pool. `plaintext` must not change until it resolves.
 *
 * The output buffer is as large as the result can be: with the default of 16 KiB every 16 KiB are a round trip to the pool,
 * which makes it about half as fast.
 */
export function compressChunk(plaintext: Buffer, level: number): Promise<Buffer> {
  return compress(plaintext, {
    chunkSize: Math.max(64, maxCompressedBytes(plaintext.length)),
    pledgedSrcSize: plaintext.length,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/** Never allocates more than `plaintextBytes` (plus a little), whatever the frame claims. Throws DamagedBytes. */
export async function decompressChunk(frame: Buffer, plaintextBytes: number): Promise<Buffer> {
  checkZstdFrame(frame, plaintextBytes);
  let plaintext: Buffer;
  try {
    plaintext = await decompress(frame, { chunkSize: Math.max(64, plaintextBytes), maxOutputLength: Math.max(1, plaintextBytes) });
  } catch (error) {
    throw new DamagedBytes(`a chunk cannot be decompressed (${error instanceof Error ? error.message : String(error)})`);
  }
  if (plaintext.length !== plaintextBytes) throw new DamagedBytes('a chunk has another length than its header says');
  return plaintext;
}
