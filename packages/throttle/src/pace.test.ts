import { describe, expect, test } from 'vitest';
import { type LinkLane, tooLarge } from './local/link-lane.ts';
import { paceBody, takeSlices } from './pace.ts';

/** A lane that pays when it is told to. */
function laneOf(firstSliceBytes: number) {
  let sliceBytes = firstSliceBytes;
  let shrinking = new AbortController();
  const waiting: { bytes: number; pay: () => void }[] = [];
  const lane: LinkLane = {
    state: 'limited',
    get sliceBytes() {
      return sliceBytes;
    },
    get shrinking() {
      return shrinking.signal;
    },
    openSliceBytes: firstSliceBytes,
    know: async (signal) => signal?.throwIfAborted(),
    watchOpen: () => () => undefined,
    passes: () => false,
    spend: (bytes, _priority, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        signal?.addEventListener('abort', () => reject(signal.reason));
        waiting.push({ bytes, pay: resolve });
      }),
    close: () => undefined,
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    lane,
    waiting,
    /** The limit fell: nobody is paid for a slice that was cut before. */
    shrink(bytes: number) {
      sliceBytes = bytes;
      waiting.splice(0);
      const shrunk = shrinking;
      shrinking = new AbortController();
      shrunk.abort(tooLarge);
    },
    async pay(count: number) {
      await settle();
      for (const { pay } of waiting.splice(0, count)) pay();
      await settle();
    },
  };
}
const bytes = Buffer.from(Array.from({ length: 25 }, (_, i) => i));
const options = { priority: 'backup' as const };

async function* pieces(sizes: readonly number[]) {
  let offset = 0;
  for (const size of sizes) {
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}

describe.each([
  ['a buffer', () => bytes],
  ['a stream', () => pieces([3, 12, 0, 10])],
])('%s', (_name, body) => {
  test('comes whole and in order, no piece before it is paid', async () => {
    const { lane, pay, waiting } = laneOf(4);
    const given: Uint8Array[] = [];
    const all = (async () => {
      for await (const piece of paceBody(lane, body(), options)) given.push(piece);
    })();
    await pay(0);
    expect(given).toEqual([]);
    expect(waiting).toHaveLength(4);
    await pay(1);
    expect(given).toHaveLength(1);
    while (Buffer.concat(given).length < bytes.length) await pay(1);
    await all;
    expect(Buffer.concat(given)).toEqual(bytes);
    expect(given.every((piece) => piece.byteLength <= 4)).toBe(true);
  });

  test('is cut anew, and stays in order, when the limit falls', async () => {
    const { lane, pay, waiting, shrink } = laneOf(8);
    const given: Uint8Array[] = [];
    const all = (async () => {
      for await (const piece of paceBody(lane, body(), options)) given.push(piece);
    })();
    await pay(1);
    const before = given.length;
    shrink(2);
    await pay(0);
    expect(waiting.map(({ bytes: size }) => size)).toEqual([2, 2, 2, 2]);
    while (Buffer.concat(given).length < bytes.length) await pay(1);
    await all;
    expect(Buffer.concat(given)).toEqual(bytes);
    expect(given.slice(before).every((piece) => piece.byteLength <= 2)).toBe(true);
  });

  test('ends with the reason of an abort', async () => {
    const { lane, pay } = laneOf(4);
    const caller = new AbortController();
    const next = paceBody(lane, body(), { ...options, signal: caller.signal }).next();
    await pay(0);
    caller.abort(new Error('cancelled'));
    await expect(next).rejects.toThrow('cancelled');
  });
});

test('a source that fails fails the body, after what it had given', async () => {
  const { lane, pay } = laneOf(4);
  async function* broken() {
    yield bytes.subarray(0, 4);
    throw new Error('broken');
  }
  const body = paceBody(lane, broken(), options);
  const first = body.next();
  await pay(1);
  expect((await first).value).toHaveLength(4);
  await expect(body.next()).rejects.toThrow('broken');
});

test('who leaves early withdraws what still waits, and ends the source', async () => {
  const { lane, pay } = laneOf(4);
  let ended = false;
  async function* source() {
    try {
      yield* pieces([20]);
    } finally {
      ended = true;
    }
  }
  const left = (async () => {
    for await (const _piece of paceBody(lane, source(), options)) break;
  })();
  await pay(1);
  await left;
  await pay(0);
  expect(ended).toBe(true);
});

test('a large amount is taken slice by slice', async () => {
  const { lane, pay, waiting } = laneOf(10);
  const taken = takeSlices(lane, 65, options);
  await pay(0);
  expect(waiting.map(({ bytes: size }) => size)).toEqual([10, 10, 10, 10]);
  await pay(4);
  expect(waiting.map(({ bytes: size }) => size)).toEqual([10, 10, 5]);
  await pay(3);
  await taken;
});

describe('while nothing limits', () => {
  const openLane = () => {
    const { lane } = laneOf(4);
    let passes = true;
    const asked: number[] = [];
    const open: LinkLane = {
      ...lane,
      sliceBytes: 4,
      shrinking: new AbortController().signal,
      openSliceBytes: 100,
      passes: () => passes,
      know: async () => void asked.push(0),
    };
    return { open, close: () => (passes = false), asked };
  };

  test('a body comes in one piece, and a stream in its own', async () => {
    const { open } = openLane();
    const whole: Uint8Array[] = [];
    for await (const piece of paceBody(open, bytes, options)) whole.push(piece);
    expect(whole).toEqual([bytes]);
    const own: number[] = [];
    for await (const piece of paceBody(open, pieces([3, 12, 10]), options)) own.push(piece.byteLength);
    expect(own).toEqual([3, 12, 10]);
  });

  test('a limit that comes holds the rest of a stream, and leaving it early ends the source', async () => {
    const { open, close } = openLane();
    let ended = false;
    async function* source() {
      try {
        yield* pieces([3, 12, 10]);
      } finally {
        ended = true;
      }
    }
    const body = paceBody(open, source(), options);
    expect((await body.next()).value).toHaveLength(3);
    close();
    let came = false;
    const next = body.next().then(() => {
      came = true;
    });
    next.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(came).toBe(false);
    const leaving = paceBody(openLane().open, source(), options);
    await leaving.next();
    await leaving.return?.();
    expect(ended).toBe(true);
  });
});
