import { type FileHandle, open } from 'node:fs/promises';
import type { GetOptions } from '../../blob-store.ts';

const pieceBytes = 4 * 1024 * 1024;

/** The whole file. An abort ends it between two pieces. Fails when the file is shorter than it said. */
export async function readWholeFile(path: string, { signal, pace, memory = Buffer.allocUnsafeSlow }: GetOptions): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const body = memory(size);
    const pieces = fillPieces(handle, body, signal);
    for await (const _ of pace === undefined ? pieces : pace(pieces, signal)) signal?.throwIfAborted();
    return body;
  } finally {
    await handle.close();
  }
}

async function* fillPieces(
  handle: FileHandle,
  body: Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < body.byteLength; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(body, offset, Math.min(pieceBytes, body.byteLength - offset), offset);
    if (bytesRead === 0) throw new Error(`the file ended after ${offset} of ${body.byteLength} bytes`);
    yield body.subarray(offset, offset + bytesRead);
    offset += bytesRead;
  }
}
