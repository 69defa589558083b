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
