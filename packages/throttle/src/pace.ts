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
  options: SpendOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!(body instanceof Uint8Array)) return yield* paceSlices(lane, slicesOf(lane, body), options);
  let offset = 0;
  // The shortest way there is: it decides what the throttle costs where nothing is limited.
  while (offset < body.byteLength && lane.passes()) {
    options.signal?.throwIfAborted();
    const slice = body.subarray(offset, offset + lane.sliceBytes);
    offset += slice.byteLength;
    yield slice;
  }
  if (offset < body.byteLength) yield* paceSlices(lane, slicesOf(lane, [body.subarray(offset)]), options);
}

async function* paceSlices(
  lane: LinkLane,
  slices: AsyncGenerator<Uint8Array, void, undefined>,
  { priority, signal }: SpendOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const pay = (bytes: number) => handled(lane.spend(bytes, priority, stop));
  try {
    // While nothing limits there is nothing to stand in line for.
    while (lane.state === 'unlimited' || lane.state === 'unknown') {
      const next = await slices.next();
      if (next.done === true) return;
      await pay(next.value.byteLength);
      yield next.value;
    }
    yield* inLine(lane, slices, pay);
  } finally {
    leaving.abort(new Error('nobody reads the body any more'));
    // Ends the source too; one that is being read ends when that read does.
    handled(slices.return());
  }
}

/** What is paid for together: small pieces that came while others stood in line already. */
interface Batch {
  readonly slices: Uint8Array[];
  bytes: number;
}

async function* inLine(
  lane: LinkLane,
  slices: AsyncGenerator<Uint8Array, void, undefined>,
  pay: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const line: { batch: Batch; paid: Promise<void> }[] = [];
  const failures: unknown[] = [];
  let gathering: Batch = { slices: [], bytes: 0 };
  let reading: Promise<void> | null = null;
  let ended = false;

  const lineUp = () => {
    if (gathering.bytes > 0) line.push({ batch: gathering, paid: pay(gathering.bytes) });
    gathering = { slices: [], bytes: 0 };
  };
  const read = async () => {
    try {
      const next = await slices.next();
      if (next.done === true) ended = true;
      else {
        gathering.slices.push(next.value);
        gathering.bytes += next.value.byteLength;
      }
    } catch (error) {
      // What was read before is given first.
      failures.push(error);
      ended = true;
    }
    if (ended || line.length === 0 || gathering.bytes >= lane.sliceBytes) lineUp();
    reading = null;
  };

  for (;;) {
    if (!ended && line.length < slicesAhead) reading ??= read();
    const [first] = line;
    if (first === undefined) {
      for (const error of failures) throw error;
      if (reading === null) {
        if (ended) return;
        lineUp();
        continue;
      }
      await reading;
      continue;
    }
    const isPaid = await Promise.race([first.paid.then(() => true), ...(reading === null ? [] : [reading.then(() => false)])]);
    if (!isPaid) continue;
    line.shift();
    if (line.length === 0) lineUp();
    yield* first.batch.slices;
  }
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

/** Its rejection is seen by whoever awaits it later, if anybody still does. */
function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
