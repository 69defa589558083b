import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { BufferPool } from './buffer-pool.ts';
import { freePiece } from './free-memory.ts';

export interface PlainChunk {
  /** A part of `buffer`, which belongs to the pool. */
  plaintext: Buffer;
  buffer: Buffer;
  last: boolean;
}

/**
 * Cuts a stream into chunks of the pool's size and hashes its bytes as they pass. The last chunk is shorter or full, and empty only when the
 * stream is. A stream that fails, or that is destroyed before its end, throws: it never looks like a shorter stream.
 * `freePieces`: its pieces belong to nobody else, and their memory goes back at once.
 */
export async function* readChunks(
  input: Readable,
  { pool, hash, freePieces }: { pool: BufferPool; hash: Hash; freePieces: boolean },
): AsyncGenerator<PlainChunk, void, undefined> {
  let buffer = pool.take();
  let filled = 0;
  for await (const piece of input) {
    const bytes: Buffer = typeof piece === 'string' ? Buffer.from(piece) : piece;
    hash.update(bytes);
    for (let taken = 0; taken < bytes.length; ) {
      // A full chunk is only handed out when another byte follows, because the last one has to say that it is the last.
      if (filled === pool.sizeBytes) {
        yield { plaintext: buffer, buffer, last: false };
        buffer = pool.take();
        filled = 0;
      }
      const copied = bytes.copy(buffer, filled, taken);
      filled += copied;
      taken += copied;
    }
    if (freePieces) freePiece(bytes);
  }
  // Node's iterator throws in this case as well. Here it is said again, because no truncated dump may ever become a recovery point.
  if (!input.readableEnded) throw new Error('the stream was closed before its end');
  yield { plaintext: buffer.subarray(0, filled), buffer, last: true };
}
