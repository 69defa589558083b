import type { LinkLane } from './local/link-lane.ts';
import type { Priority } from './local/priority.ts';

export interface SpendOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** Waits until the whole amount may be moved, slice by slice, so that a more urgent one may come in between. */
export async function takeSlices(lane: LinkLane, bytes: number, { priority, signal }: SpendOptions): Promise<void> {
  let next: Promise<void> | undefined;
  for (let taken = 0; taken < bytes; ) {
    const size = Math.min(lane.sliceBytes, bytes - taken);
    const slice = lane.spend(size, priority, signal);
    taken += size;
    await next;
    next = slice;
    // The slice is awaited in the next turn; until then a refusal of it has no one else to go to.
    slice.catch(() => undefined);
  }
  await next;
}

/**
 * Gives `body` piece by piece, each when it may be moved. One piece is paid for ahead, so that a consumer never waits for the clock
 * alone. Pieces are views into the body, not copies. Ends with the signal's reason when it aborts.
 */
export async function* paceBody(
  lane: LinkLane,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { priority, signal }: SpendOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const pieces = body instanceof Uint8Array ? [body] : body;
  let ahead: { piece: Uint8Array; paid: Promise<void> } | undefined;
  try {
    for await (const whole of pieces) {
      for (let offset = 0; offset < whole.byteLength; ) {
        const piece = whole.subarray(offset, offset + lane.sliceBytes);
        const paid = lane.spend(piece.byteLength, priority, stop);
        paid.catch(() => undefined);
        offset += piece.byteLength;
        if (ahead !== undefined) {
          await ahead.paid;
          yield ahead.piece;
        }
        ahead = { piece, paid };
      }
      // The source may reuse its memory for the next piece, and may take its time to bring it.
      if (ahead !== undefined) {
        await ahead.paid;
        yield ahead.piece;
        ahead = undefined;
      }
    }
  } finally {
    leaving.abort(new Error('nobody reads the body any more'));
  }
}
