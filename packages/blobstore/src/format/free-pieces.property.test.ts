import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect, createSeededBytes, optionsFor } from '../../test/sample-point.ts';
import { SharedSegment } from '../fan-out/shared-segment.ts';
import { DataKey } from '../keys/data-key.ts';
import { createBufferPool } from './buffer-pool.ts';
import { decodeSegment } from './decode-segment.ts';
import { encodeStream } from './encode-stream.ts';
import { segmentCapacityBytes } from './segment-builder.ts';

/** New for every run; a failure is replayed by writing its number here. */
const seed = fc.sample(fc.noBias(fc.nat()), 1)[0] ?? 0;
const encrypted = optionsFor(seed, DataKey.generate(createSeededBytes('key')));
const plain = optionsFor(seed, null);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** As a socket, a pool of small buffers and a larger read give them. */
const pieceOf = {
  own: (bytes: Buffer) => Buffer.from(new Uint8Array(bytes).buffer),
  pooled: (bytes: Buffer) => Buffer.from(bytes),
  part: (bytes: Buffer) => {
    const whole = Buffer.alloc(bytes.length + 7);
    bytes.copy(whole, 3);
    return whole.subarray(3, 3 + bytes.length);
  },
};

/** What a region does with a segment: for how many more segments it is busy with it, how often it sends it again, and whether it fails. */
const drawUpload = fc.record({ behind: fc.nat(4), repeats: fc.nat(2), fails: fc.boolean() });

test(`memory that goes back at once is never memory that somebody still reads (seed ${seed})`, { timeout: 60_000 }, async () => {
  let freed = 0;
  const cases = fc.record({
    size: fc.integer({ min: 0, max: 60_000 }),
    cuts: fc.array(
      fc.record({
        bytes: fc.integer({ min: 1, max: 7_000 }),
        kind: fc.constantFrom(...(Object.keys(pieceOf) as (keyof typeof pieceOf)[])),
      }),
      {
        minLength: 1,
        maxLength: 20,
      },
    ),
    uploads: fc.array(fc.tuple(drawUpload, drawUpload, drawUpload), { minLength: 1, maxLength: 10 }),
    options: fc.constantFrom(plain, encrypted),
    chunkBytes: fc.constantFrom(1000, 4096),
    stopAfter: fc.option(fc.nat(5), { nil: null }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, cuts, uploads, options, chunkBytes, stopAfter }) => {
      const bytes = createSeededBytes(size)(size);
      const pieces: Buffer[] = [];
      for (let at = 0, cut = 0; at < size; cut++) {
        const { bytes: wanted, kind } = cuts[cut % cuts.length] ?? { bytes: 1, kind: 'own' as const };
        pieces.push(pieceOf[kind](Buffer.from(bytes).subarray(at, at + wanted)));
        at += wanted;
      }
      const segmentBytes = 3_000;
      const segmentBuffers = createBufferPool(segmentCapacityBytes(segmentBytes, chunkBytes), 2);
      const encoded = encodeStream(Readable.from(pieces, { objectMode: false }), {
        ...{ ...options, chunkBytes, segmentBytes, segmentBuffers, stream: 'dump', freePieces: true },
      });
      const underWay: { endsAt: number; end(): Promise<void> }[] = [];
      const parts: Buffer[] = [];
      let streamOffset = 0;
      for await (const segment of encoded) {
        const number = segment.number;
        parts.push(
          ...(await collect(decodeSegment(segment.bytes, { ...segment, point: options.point, streamOffset }, options.dataKey))).map(
            (chunk) => Buffer.from(chunk),
          ),
        );
        streamOffset += segment.plaintextBytes;
        const shared = new SharedSegment(segment, 3, () => {});
        for (const { behind, repeats, fails } of uploads[number % uploads.length] ?? []) {
          underWay.push({
            endsAt: number + behind,
            async end() {
              for (let sent = 0; sent <= repeats; sent++) {
                expect(hashOf(segment.bytes)).toBe(segment.sha256);
                await null;
              }
              shared.letGo(!fails);
            },
          });
        }
        for (const upload of underWay.filter(({ endsAt }) => endsAt <= number)) {
          underWay.splice(underWay.indexOf(upload), 1);
          await upload.end();
        }
        if (number === stopAfter) break;
      }
      for (const upload of underWay) await upload.end();
      const back = Buffer.concat(parts);
      expect(back.equals(Buffer.from(bytes).subarray(0, back.length))).toBe(true);
      if (stopAfter === null) expect(back.length).toBe(size);
      freed += pieces.filter(({ buffer }) => buffer instanceof ArrayBuffer && buffer.detached).length;
    }),
    { seed, numRuns: 150 },
  );
  // A property of memory that never goes back would say nothing.
  expect(freed).toBeGreaterThan(100);
});
