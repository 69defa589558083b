import type { LinkLane, SpendOptions } from './local/link-lane.ts';
import { handled, paceSlices, slicesAhead } from './slice-line.ts';

/** Waits until the whole amount may be moved, slice by slice, so that a more urgent one may come in between. */
export async function takeSlices(lane: LinkLane, bytes: number, { priority, signal }: SpendOptions): Promise<void> {
  await lane.know(signal);
  const line: Promise<void>[] = [];
  for (let asked = 0; asked < bytes; ) {
    const size = Math.min(lane.sliceBytes, bytes - asked);
    line.push(handled(lane.spend(size, priority, signal)));
    asked += size;
    if (line.length >= slicesAhead) await line.shift();
  }
  await Promise.all(line);
}

/**
 * Gives `body` piece by piece, each when it may be moved; meanwhile the next ones are read and stand in line. Pieces are views, not
 * copies: the body must not change before they were given.
 */
export function paceBody(
  lane: LinkLane,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: SpendOptions,
): AsyncIterableIterator<Uint8Array, void, undefined> {
  return body instanceof Uint8Array ? paceBuffer(lane, body, options) : paceStream(lane, body, options);
}

async function* paceBuffer(lane: LinkLane, body: Uint8Array, options: SpendOptions): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < body.byteLength; ) {
    await lane.know(options.signal);
    if (!lane.passes()) return yield* paceSlices(lane, slicesOf(lane, [body.subarray(offset)]), options);
    const passed = lane.watchOpen();
    const before = offset;
    while (offset < body.byteLength && lane.passes()) {
      options.signal?.throwIfAborted();
      const slice = body.subarray(offset, offset + lane.openSliceBytes);
      offset += slice.byteLength;
      yield slice;
    }
    passed(offset - before);
  }
}

/**
 * While nothing limits, pieces go from hand to hand: no generator stands between, because a socket gives pieces so small that one would cost
 * several percent of a transfer.
 */
function paceStream(
  lane: LinkLane,
  body: AsyncIterable<Uint8Array>,
  options: SpendOptions,
): AsyncIterableIterator<Uint8Array, void, undefined> {
  const source = body[Symbol.asyncIterator]();
  let paced: AsyncGenerator<Uint8Array, void, undefined> | null = null;
  const nextOnceKnown = async () => {
    await lane.know(options.signal);
    if (lane.passes()) return await source.next();
    paced = paceSlices(lane, slicesOf(lane, { [Symbol.asyncIterator]: () => source }), options);
    return await paced.next();
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (paced !== null) return paced.next();
      return options.signal?.aborted !== true && lane.passes() ? source.next() : nextOnceKnown();
    },
    async return() {
      await (paced ?? source).return?.();
      return { done: true, value: undefined };
    },
  };
}

async function* slicesOf(
  lane: LinkLane,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    for (let offset = 0; offset < piece.byteLength; ) {
      const slice = piece.subarray(offset, offset + lane.sliceBytes);
      offset += slice.byteLength;
      yield slice;
    }
  }
}
