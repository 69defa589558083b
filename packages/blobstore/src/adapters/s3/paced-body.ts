import { Readable } from 'node:stream';
import type { PaceBody } from '../../blob-store.ts';

/**
 * Sends `body` as a stream that `pace` lets through; as it is where `pace` lets the whole through at once. The first piece has passed before anything is sent, so that a limit that lets
 * nothing through keeps no connection waiting. A pace that fails ends the request with its error, which a request alone would not notice.
 */
export async function withPacedBody<Result>(
  pace: PaceBody,
  body: Uint8Array,
  signal: AbortSignal | undefined,
  send: (paced: Buffer | Readable, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const attempt = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]);
  const pieces = pace(body, attempt)[Symbol.asyncIterator]();
  try {
    const first = await pieces.next();
    if (first.done !== true && first.value.byteLength === body.byteLength) {
      const result = await send(Buffer.from(body.buffer, body.byteOffset, body.byteLength), attempt);
      // A pace may learn from how long its piece took.
      await pieces.next();
      return result;
    }
    const readable = Readable.from(continueWith(first, pieces), { objectMode: false });
    readable.once('error', (error) => ending.abort(error));
    try {
      return await send(readable, attempt);
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : error;
    } finally {
      // Nobody may wait any more for pieces of a request that has ended, however it ended.
      ending.abort(new Error('the request has ended'));
      readable.destroy();
    }
  } finally {
    await pieces.return?.();
  }
}

async function* continueWith(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let step = first; step.done !== true; step = await rest.next()) yield step.value;
}
