import { type LinkLane, type SpendOptions, tooLarge } from './local/link-lane.ts';

/**
 * So many slices stand in line at once: about one lease. A line of one would lose its time whenever this process wakes up late; a longer
 * one would let one body hold up a more urgent one that came later.
 */
export const slicesAhead = 4;

/** Gives slices in their order, each when it is paid; meanwhile the next ones are read and stand in line. */
export async function* paceSlices(
  lane: LinkLane,
  slices: AsyncGenerator<Uint8Array, void, undefined>,
  { priority, signal }: SpendOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const leaving = new AbortController();
  const stop = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const stand = (batch: Batch): Place => ({
    batch,
    paid: handled(lane.spend(batch.bytes, priority, AbortSignal.any([stop, lane.shrinking])).then(() => 'paid' as const, ifTooLarge)),
  });
  try {
    yield* inLine(lane, slices, stand);
  } finally {
    leaving.abort(new Error('nobody reads the body any more'));
    // Ends the source too; one that is being read ends when that read does.
    void handled(slices.return());
  }
}

/** What is paid for together: small pieces that came while others stood in line already. */
interface Batch {
  readonly slices: Uint8Array[];
  bytes: number;
}

interface Place {
  readonly batch: Batch;
  readonly paid: Promise<'paid' | typeof tooLarge>;
}

async function* inLine(
  lane: LinkLane,
  slices: AsyncGenerator<Uint8Array, void, undefined>,
  stand: (batch: Batch) => Place,
): AsyncGenerator<Uint8Array, void, undefined> {
  const line: Place[] = [];
  const failures: unknown[] = [];
  /** To be cut anew before anything that was read later. */
  const backlog: Uint8Array[] = [];
  let gathering: Batch = { slices: [], bytes: 0 };
  let reading: Promise<void> | null = null;
  let ended = false;

  const gather = (slice: Uint8Array) => {
    gathering.slices.push(slice);
    gathering.bytes += slice.byteLength;
  };
  const lineUp = () => {
    if (gathering.bytes > 0) line.push(stand(gathering));
    gathering = { slices: [], bytes: 0 };
  };
  const read = async () => {
    try {
      const next = await slices.next();
      if (next.done === true) ended = true;
      else if (backlog.length > 0) backlog.push(next.value);
      else gather(next.value);
    } catch (error) {
      // What was read before is given first.
      failures.push(error);
      ended = true;
    }
    if (ended || line.length === 0 || gathering.bytes >= lane.sliceBytes) lineUp();
    reading = null;
  };
  /** Slices of a limit that fell far would come in bursts: all go back, and stand in line again in smaller ones. */
  const withdraw = () => {
    backlog.unshift(...line.splice(0).flatMap(({ batch }) => batch.slices), ...gathering.slices);
    gathering = { slices: [], bytes: 0 };
  };
  const lineUpBacklog = () => {
    for (let [head] = backlog; head !== undefined && line.length < slicesAhead; [head] = backlog) {
      gather(head.subarray(0, lane.sliceBytes));
      lineUp();
      if (head.byteLength > lane.sliceBytes) backlog[0] = head.subarray(lane.sliceBytes);
      else backlog.shift();
    }
  };

  for (;;) {
    lineUpBacklog();
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
    const outcome = await Promise.race([first.paid, ...(reading === null ? [] : [reading])]);
    if (outcome === tooLarge) withdraw();
    if (outcome !== 'paid') continue;
    line.shift();
    if (line.length === 0) lineUp();
    yield* first.batch.slices;
  }
}

function ifTooLarge(error: unknown): typeof tooLarge {
  if (error === tooLarge) return tooLarge;
  throw error;
}

/** Its rejection is seen by whoever awaits it later, if anybody still does. */
export function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
