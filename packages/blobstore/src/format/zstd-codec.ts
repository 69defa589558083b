import { promisify } from 'node:util';
import { constants, createZstdCompress, zstdDecompress } from 'node:zlib';
import { maxCompressedBytes } from './limits.ts';
import { DamagedBytes } from './skippable-frame.ts';
import { checkZstdFrame } from './zstd-frame.ts';

const decompress = promisify(zstdDecompress);

/**
 * One chunk to one zstd frame with its plaintext length and a checksum, on a thread of libuv's pool. `plaintext` must not change until it
 * resolves. The result has memory of its own, which may be freed.
 *
 * The output buffer is as large as the result can be: with the default of 16 KiB every 16 KiB are a round trip to the pool, which makes it
 * about half as fast. The frame ends with the one write: `zstdCompress` would write the end of the frame on its own, and put both together in a
 * second buffer, which costs a fifth more CPU. A stream that is ended after such a write would add an empty frame: it is closed instead.
 */
export function compressChunk(plaintext: Buffer, level: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const stream = createZstdCompress({
    chunkSize: Math.max(64, maxCompressedBytes(plaintext.length)),
    pledgedSrcSize: plaintext.length,
    flush: constants.ZSTD_e_end,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.on('error', reject);
  stream.write(plaintext, (error) => {
    if (error) return;
    const rest: Buffer | null = stream.read();
    if (rest !== null) pieces.push(rest);
    const [first] = pieces;
    resolve(first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces));
    stream.close();
  });
  return promise;
}

/** A buffer that is filled to its last byte is followed by another, of the same size and for nothing. */
const spareBytes = 64;

/** Never allocates more than `plaintextBytes` (plus a little), whatever the frame claims. Throws DamagedBytes. */
export async function decompressChunk(frame: Buffer, plaintextBytes: number): Promise<Buffer> {
  checkZstdFrame(frame, plaintextBytes);
  let plaintext: Buffer;
  try {
    plaintext = await decompress(frame, { chunkSize: plaintextBytes + spareBytes, maxOutputLength: Math.max(1, plaintextBytes) });
  } catch (error) {
    throw new DamagedBytes(`a chunk cannot be decompressed (${error instanceof Error ? error.message : String(error)})`);
  }
  if (plaintext.length !== plaintextBytes) throw new DamagedBytes('a chunk has another length than its header says');
  return plaintext;
}
