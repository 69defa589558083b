/** Node cuts small buffers from blocks of 64 KiB (`Buffer.poolSize`) that others use as well. */
const smallestOwnBytes = 256 * 1024;

/**
 * Gives the memory of a large buffer back at once; the bytes are gone. Left to the garbage collector, such buffers make it run every few MB:
 * 54 times in 1.2 GB of chunks instead of 4. Only for bytes that came from an allocation of their own and that nobody reads any more.
 */
export function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= smallestOwnBytes && !buffer.detached) buffer.transfer(0);
}

/**
 * The same for a small piece that somebody made for this reader alone: a socket for what it read, a cipher for what it sealed. A piece that is not
 * the whole of its memory is left to the garbage collector, because the rest may be another's.
 */
export function freePiece(piece: Uint8Array): void {
  const { buffer, byteLength } = piece;
  if (buffer instanceof ArrayBuffer && byteLength > 0 && buffer.byteLength === byteLength) buffer.transfer(0);
}
