import { Readable } from 'node:stream';
import { CbcrError, type RegionId } from '@cbcr/domain';
import { assertObjectSize } from '../../blob-key.ts';
import type { GetOptions } from '../../blob-store.ts';
import { freePiece } from '../../format/free-memory.ts';

/**
 * The body of a GET answer, read to its end: an unread body keeps its socket for ever.
 * Destroys the body when it cannot be used.
 */
export async function readBody(
  answer: { Body?: unknown; ContentLength?: number | undefined },
  { region, key, signal, pace, memory = Buffer.allocUnsafeSlow }: { region: RegionId; key: string } & Omit<GetOptions, 'onHold'>,
): Promise<Uint8Array> {
  const { Body: body, ContentLength: sizeBytes } = answer;
  if (!(body instanceof Readable)) throw new TypeError('the answer has no body');
  // The SDK stops listening to the signal once the answer has begun in full; the body is ours to end.
  const onAbort = () => body.destroy(new Error('aborted'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    if (sizeBytes === undefined) throw new TypeError('the answer has no content length');
    assertObjectSize(region, key, sizeBytes);
    const bytes = memory(sizeBytes);
    let received = 0;
    const take = (piece: unknown) => {
      if (!(piece instanceof Uint8Array) || received + piece.byteLength > sizeBytes)
        throw new TypeError('the answer is longer than it said');
      bytes.set(piece, received);
      received += piece.byteLength;
      freePiece(piece);
    };
    const rest = await takeWhile(body, take, () => pace === undefined || pace.passes?.() === true);
    if (rest !== null && pace !== undefined) for await (const piece of pace(rest, signal)) take(piece);
    if (received !== sizeBytes) {
      throw new CbcrError('store.unreachable', { region, cause: `the answer ended after ${received} of ${sizeBytes} bytes` });
    }
    return bytes;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/** Takes pieces as they come while `passes` says so; gives what follows, or null at the end. */
async function takeWhile(
  body: AsyncIterable<Uint8Array>,
  take: (piece: unknown) => void,
  passes: () => boolean,
): Promise<AsyncIterable<Uint8Array> | null> {
  const source = body[Symbol.asyncIterator]();
  while (passes()) {
    const step = await source.next();
    if (step.done === true) return null;
    take(step.value);
  }
  return { [Symbol.asyncIterator]: () => source };
}
