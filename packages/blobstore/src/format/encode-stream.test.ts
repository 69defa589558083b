import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, createSeededBytes, optionsFor } from '../../test/sample-point.ts';
import { DataKey } from '../keys/data-key.ts';
import { createBufferPool } from './buffer-pool.ts';
import { decodeSegment } from './decode-segment.ts';
import { encodeStream } from './encode-stream.ts';
import type { Segment } from './segment.ts';
import { segmentCapacityBytes } from './segment-builder.ts';

const seed = 20261123;
const plain = optionsFor(seed, null);
const encrypted = optionsFor(seed, DataKey.generate(createSeededBytes('key')));
const sizes = { chunkBytes: 1000, segmentBytes: 3000 };
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Half of it random, half of it not, so that segments close at odd places. */
const sampleBytes = (size: number) => Buffer.from(createSeededBytes(size)(size).map((byte, index) => (index % 2000 < 1000 ? byte : 7)));

async function decodeAll(segments: readonly Segment[], { point, dataKey }: typeof plain): Promise<Buffer> {
  const parts: Buffer[] = [];
  let streamOffset = 0;
  for (const segment of segments) {
    parts.push(...(await collect(decodeSegment(segment.bytes, { ...segment, point, streamOffset }, dataKey))));
    streamOffset += segment.plaintextBytes;
  }
  return Buffer.concat(parts);
}

test(`any stream in pieces of any size comes back, encrypted or not (seed ${seed})`, async () => {
  const boundaries = fc.constantFrom(0, 1, 999, 1000, 1001, 2000, 2999, 3000, 3001, 6000, 9999);
  const cases = fc.record({
    size: fc.oneof(boundaries, fc.nat(20_000)),
    pieceBytes: fc.integer({ min: 1, max: 5000 }),
    chunkBytes: fc.constantFrom(1, 7, 1000, 4096),
    segmentBytes: fc.constantFrom(1, 500, 3000, 20_000),
    chunksInFlight: fc.integer({ min: 1, max: 5 }),
    options: fc.constantFrom(plain, encrypted),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, pieceBytes, options, chunkBytes, ...rest }) => {
      const bytes = sampleBytes(chunkBytes < 10 ? Math.min(size, 300) : size);
      const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
        bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
      );
      const encoded = encodeStream(Readable.from(pieces), { ...options, ...rest, chunkBytes, stream: 'dump' });
      const segments = await collect(encoded);
      expect(segments.map(({ number }) => number)).toEqual(segments.map((_, index) => index));
      expect(segments.map(({ last }) => last)).toEqual(segments.map((_, index) => index === segments.length - 1));
      for (const segment of segments) expect(segment.sha256).toBe(hashOf(segment.bytes));
      expect(encoded.summary()).toEqual({
        name: 'dump',
        plaintextBytes: bytes.length,
        sha256: hashOf(bytes),
        segments: segments.map(({ number, writeToken, bytes: { length }, sha256, plaintextBytes }) => ({
          number,
          writeToken,
          storedBytes: length,
          sha256,
          plaintextBytes,
        })),
      });
      expect((await decodeAll(segments, options)).equals(bytes)).toBe(true);
    }),
    { seed, numRuns: 150 },
  );
});

test("pieces that are nobody else's give their memory back as they are read; parts of larger memory, and pieces of others, do not", async () => {
  const bytes = sampleBytes(20_000);
  for (const freePieces of [true, false]) {
    const alone = Buffer.from(new Uint8Array(bytes.subarray(0, 12_000)).buffer);
    const larger = Buffer.from(new Uint8Array(bytes.subarray(12_000)).buffer);
    const pieces = [alone, larger.subarray(0, 5_000), larger.subarray(5_000)];
    const segments = await collect(encodeStream(Readable.from(pieces), { ...encrypted, ...sizes, stream: 'dump', freePieces }));
    expect((await decodeAll(segments, encrypted)).equals(bytes)).toBe(true);
    expect([alone.length, larger.length]).toEqual([freePieces ? 0 : 12_000, 8_000]);
  }
});

test('an empty stream is one segment with one empty chunk', async () => {
  for (const options of [plain, encrypted]) {
    const segments = await collect(encodeStream(Readable.from([]), { ...options, stream: 'empty' }));
    expect(segments).toMatchObject([{ number: 0, plaintextBytes: 0, chunks: 1, last: true }]);
    expect(await decodeAll(segments, options)).toHaveLength(0);
  }
});

test('without encryption the zstd program gives the stream back from the segments alone', async () => {
  for (const size of [0, 1, 30_000]) {
    const bytes = sampleBytes(size);
    const segments = await collect(encodeStream(Readable.from([bytes]), { ...plain, ...sizes, stream: 'dump' }));
    const input = Buffer.concat(segments.map((segment) => segment.bytes));
    expect(execFileSync('zstd', ['-dc'], { input, maxBuffer: 1 << 20 }).equals(bytes)).toBe(true);
  }
});

test('with encryption the zstd program finds nothing to decompress, and no plaintext is in the segments', async () => {
  const bytes = Buffer.from('a secret that must not be seen. '.repeat(300));
  const segments = await collect(encodeStream(Readable.from([bytes]), { ...encrypted, stream: 'dump' }));
  const input = Buffer.concat(segments.map((segment) => segment.bytes));
  expect(execFileSync('zstd', ['-dc'], { input })).toHaveLength(0);
  expect(input.includes('secret')).toBe(false);
});

test('no two segments share a salt or a write token', async () => {
  const bytes = createSeededBytes('salts')(30_000);
  const options = { ...encrypted, ...sizes, stream: 'dump' };
  const segments = [
    ...(await collect(encodeStream(Readable.from([bytes]), options))),
    ...(await collect(encodeStream(Readable.from([bytes]), options))),
  ];
  const salts = segments.map((segment) => Buffer.from(segment.bytes.subarray(20, 52)).toString('hex'));
  expect(segments.length).toBeGreaterThan(10);
  expect(new Set(salts).size).toBe(segments.length);
  expect(new Set(segments.map((segment) => segment.writeToken)).size).toBe(segments.length);
});

test('very compressible data still closes its segments, so that none holds more than 256 chunks', async () => {
  const encoded = encodeStream(Readable.from([Buffer.alloc(300_000)]), { ...plain, stream: 'zeros', chunkBytes: 1000 });
  expect((await collect(encoded)).map(({ chunks }) => chunks)).toEqual([256, 44]);
});

test('a stream that fails, at any point, never looks like a shorter stream', async () => {
  for (const goodBytes of [0, 1, 1000, 3000, 10_000]) {
    const input = Readable.from(
      (async function* () {
        if (goodBytes > 0) yield sampleBytes(goodBytes);
        throw new Error('the dump died');
      })(),
    );
    const encoded = encodeStream(input, { ...plain, ...sizes, stream: 'dump' });
    await expect(collect(encoded)).rejects.toThrow('the dump died');
    expect(() => encoded.summary()).toThrow();
  }
});

test('a stream that is closed without an end, before or while it is read, never looks like a shorter stream', async () => {
  for (const closeFirst of [true, false]) {
    const input = new Readable({ read() {} });
    input.push(sampleBytes(20_000));
    if (closeFirst) input.destroy();
    const encoded = encodeStream(input, { ...plain, ...sizes, chunksInFlight: 1, stream: 'dump' });
    const work = (async () => {
      for await (const _ of encoded) input.destroy();
    })();
    await expect(work).rejects.toThrow();
    expect(() => encoded.summary()).toThrow();
  }
});

test('an error of the input before anybody reads is kept and thrown by the first read', async () => {
  const input = new Readable({ read() {} });
  const encoded = encodeStream(input, { ...plain, stream: 'dump' });
  input.destroy(new Error('no such database'));
  await new Promise((resolve) => input.once('close', resolve));
  await expect(collect(encoded)).rejects.toThrow('no such database');
});

test('an abort stops at once, even when the input is silent, and destroys the input', async () => {
  for (const when of ['before', 'while waiting'] as const) {
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const input = new Readable({ read() {} });
    if (when === 'before') stop.abort(reason);
    const work = collect(encodeStream(input, { ...plain, stream: 'dump', signal: stop.signal }));
    if (when === 'while waiting') stop.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(input.destroyed).toBe(true);
  }
});

test('leaving the loop early destroys the input', async () => {
  const input = Readable.from([sampleBytes(50_000)]);
  for await (const segment of encodeStream(input, { ...plain, ...sizes, stream: 'dump' })) {
    expect(segment.number).toBe(0);
    break;
  }
  expect(input.destroyed).toBe(true);
});

test('a slow consumer holds the input back: only the chunks in flight are read ahead', async () => {
  let produced = 0;
  const input = Readable.from(
    (async function* () {
      for (let i = 0; i < 100; i++) {
        produced += 1;
        yield createSeededBytes(i)(1000);
      }
    })(),
    { highWaterMark: 1 },
  );
  const segments = encodeStream(input, { ...plain, ...sizes, chunksInFlight: 3, stream: 'dump' })[Symbol.asyncIterator]();
  await segments.next();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  // Three chunks in the segment, three in flight, one that waits to know whether it is the last, one in the stream's own buffer.
  expect(produced).toBeLessThanOrEqual(9);
  await segments.return?.();
});

test('streams with common memory build their segments in what the others released', async () => {
  const segmentBuffers = createBufferPool(segmentCapacityBytes(sizes.segmentBytes, sizes.chunkBytes), 4);
  const buffers = new Set<ArrayBufferLike>();
  for (const stream of ['first', 'second']) {
    for await (const segment of encodeStream(Readable.from([sampleBytes(10_000)]), { ...plain, ...sizes, segmentBuffers, stream })) {
      buffers.add(segment.bytes.buffer);
      segment.release();
    }
  }
  expect(buffers.size).toBe(1);
});

test('memory that was released is used again, and nothing is overwritten before', async () => {
  const bytes = createSeededBytes('release')(30_000);
  const held: { segment: Segment; sha256: string }[] = [];
  const buffers = new Set<ArrayBufferLike>();
  let seen = 0;
  for await (const segment of encodeStream(Readable.from([bytes]), { ...plain, ...sizes, stream: 'dump' })) {
    for (const earlier of held) expect(hashOf(earlier.segment.bytes)).toBe(earlier.sha256);
    buffers.add(segment.bytes.buffer);
    held.push({ segment, sha256: segment.sha256 });
    seen += 1;
    if (held.length === 2) held.shift()?.segment.release();
  }
  expect(seen).toBeGreaterThan(5);
  expect(buffers.size).toBeLessThanOrEqual(3);
});

test('sizes that could make a segment larger than the format allows are refused', () => {
  const refuse = (options: object) =>
    expect(() => encodeStream(Readable.from([]), { ...plain, stream: 'dump', ...options })).toThrow(RangeError);
  refuse({ segmentBytes: 40 << 20 });
  refuse({ chunkBytes: 32 << 20 });
  refuse({ chunkBytes: 0 });
  refuse({ stream: 'No' });
});
