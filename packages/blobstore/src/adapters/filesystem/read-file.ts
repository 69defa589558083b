import { open } from 'node:fs/promises';

const pieceBytes = 4 * 1024 * 1024;

/** The whole file in memory of its own. An abort ends it between two pieces. Fails when the file is shorter than it said. */
export async function readWholeFile(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const body = Buffer.allocUnsafeSlow(size);
    for (let offset = 0; offset < size; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(body, offset, Math.min(pieceBytes, size - offset), offset);
      if (bytesRead === 0) throw new Error(`the file ended after ${offset} of ${size} bytes`);
      offset += bytesRead;
    }
    return body;
  } finally {
    await handle.close();
  }
}
