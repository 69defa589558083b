import type { LinkLane } from './local/link-lane.ts';
import type { Priority } from './local/priority.ts';

export interface SpendOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/**
 * So many slices stand in line at once: about one lease. A line of one would lose its time whenever this process wakes up late; a longer
 * one would let one body hold up a more urgent one that came later.
 */
const slicesAhead = 4;

/** Waits until the whole amount may be moved, slice by slice, so that a more urgent one may come in between. */
export async function takeSlices(lane: LinkLane, bytes: number, { priority, signal }: SpendOptions): Promise<void> {
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
export async function* paceBody(
  lane: LinkLane,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  { priority, signal }: SpendOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const slices = body instanceof Uint8Array ? slicesOfBytes(lane, body) : slicesOf(lane, body);
  const line: { slice: Uint8Array; paid: Promise<void> }[] = [];
  const lineUp = (slice: Uint8Array) => line.push({ slice, paid: handled(lane.spend(slice.byteLength, priority, stop)) });
  try {
    let reading: Promise<void> | null = null;
    let ended = false;
    const failures: unknown[] = [];
    const read = async () => {
      try {
        const next = await slices.next();
        if (next.done === true) ended = true;
        else lineUp(next.value);
      } catch (error) {
        // What was read before is given first.
        failures.push(error);
        ended = true;
      }
      reading = null;
    };
    for (;;) {
      if (!ended && line.length < slicesAhead) reading ??= read();
      const [first] = line;
      if (first === undefined) {
        for (const error of failures) throw error;
        if (reading === null) return;
        await reading;
        continue;
      }
      const isPaid = await Promise.race([first.paid.then(() => true), ...(reading === null ? [] : [reading.then(() => false)])]);
      if (!isPaid) continue;
      line.shift();
      yield first.slice;
    }
  } finally {
    leaving.abort(new Error('nobody reads the body any more'));
    // Ends the source too; one that is being read ends when that read does.
    handled(Promise.resolve(slices.return?.(undefined)));
  }
}

function* slicesIn(lane: LinkLane, bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < bytes.byteLength; ) {
    const slice = bytes.subarray(offset, offset + lane.sliceBytes);
    offset += slice.byteLength;
    yield slice;
  }
}

async function* slicesOfBytes(lane: LinkLane, bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield* slicesIn(lane, bytes);
}

async function* slicesOf(lane: LinkLane, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const bytes of body) yield* slicesIn(lane, bytes);
}

/** Its rejection is seen by whoever awaits it later, if anybody still does. */
function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
